/** Idle timeout in nanoseconds that the host wants for the flow of this record, negative for the default. */
export declare function idleTimeoutOf(flow: u32): f64
