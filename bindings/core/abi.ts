/**
 * What the WebAssembly module exports, see assembly/index.ts. Addresses are unsigned 32-bit integers that arrive as
 * signed ones: `>>> 0`. No 64-bit value crosses as an argument: it does as two halves.
 */
export interface CoreExports {
  readonly memory: WebAssembly.Memory

  /** Where CONFIG_SIZE bytes of configuration are written before `init` or `reconfigure`. */
  configPointer(): number
  /** Lays out memory, once in a life. 0: it is not to be had. */
  init(inputCapacity: number): number
  /** Takes over the configuration. May grow memory. 0: the ring is full, drain it and call again. */
  reconfigure(): number
  /** Asks `idleTimeoutOf` again for every live flow. */
  refreshIdleTimeouts(): void

  inputPointer(): number
  inputCapacity(): number
  /** Begins a new capture of format FORMAT_*. */
  openCapture(format: number): void
  /** Tracks the records between two addresses; returns that of the first byte not consumed. See `feedStatus`. */
  feed(from: number, end: number): number
  /** FEED_* of the last `feed`. */
  feedStatus(): number
  /** The input ends with these bytes left over. 0: the capture is damaged, see `damagePointer`. */
  endCapture(from: number, end: number): number
  damagePointer(): number

  /** First descriptor of the batch that waits for a custom extractor. */
  batchPointer(): number
  batchCount(): number
  /** Runs the plan on the frame at `inputPointer`; returns the address of its descriptor. */
  extractFrame(length: number, wireLength: number, linkType: number): number

  eventsPointer(): number
  eventsEnd(): number
  clearEvents(): void

  /** Expires what is idle at this time, nanoseconds in two halves. 0: drain the ring and call again. */
  sweep(low: number, high: number): number
  /** Ends all flows for reason END_*. 0: drain the ring and call again. */
  finish(reason: number): number

  statsPointer(): number
  /** Where KEY_SIZE bytes of a key are written before `findFlow`. */
  keyPointer(): number
  /** Index of the key's flow plus one, 0 for none. */
  findFlow(): number
  /** Removes a flow without an event. */
  forgetFlow(index: number): void
  /** Ends a flow for reason END_*. 0: drain the ring and call again. */
  closeFlow(index: number, reason: number): number
  /** Index of the first live flow at or after this one plus one, 0 for none. */
  nextFlow(index: number): number
  hotPointer(): number
  coldPointer(): number

  /** PORT_SET_SIZE bytes: one bit for each TCP (6) or UDP (17) port whose new flows are listened to. */
  portsPointer(protocol: number): number
  /** No more bytes of this side (SIDE_*) of the TCP flow with this index and number, or of the UDP flow. */
  stopListening(index: number, flow: number, side: number): void
  /** Bytes of this side below this stream offset are counted and not delivered. */
  skipStream(index: number, flow: number, side: number, offset: number): void
  /** Address of the stream record of a live flow's side, 0 for none. The responder's lies behind the initiator's. */
  streamPointer(index: number, side: number): number
  /** Most bytes of blocks that streams have held at once. */
  bufferPeak(): number
}

/** What the WebAssembly module imports. */
export interface CoreImports {
  /** Idle timeout of the flow with this index, in nanoseconds; negative for the default of its protocol. */
  idleTimeoutOf(index: number): number
}
