import type { FlowAnomaly, TrackerAnomaly } from '../tracker/anomalies'
import type { EndReason } from '../tracker/vocabulary'

/** `l4` of metrics and spans. */
export function l4Label(protocol: string | undefined): 'tcp' | 'udp' | 'other' {
  return protocol === 'tcp' || protocol === 'udp' ? protocol : 'other'
}

/** `reason` of metrics and spans: the Rust crate says `idle` for short. */
export function reasonLabel(reason: EndReason): string {
  return reason === 'idle_timeout' ? 'idle' : reason
}

/** `kind` of metrics and spans: the Rust crate says `ooo_segment` for short. */
export function anomalyLabel(kind: FlowAnomaly['kind'] | TrackerAnomaly['kind']): string {
  return kind === 'out_of_order_segment' ? 'ooo_segment' : kind
}
