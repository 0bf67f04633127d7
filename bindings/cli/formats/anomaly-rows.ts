import type { CliAnomaly } from '../flow'
import { sanitize } from '../output/sanitize'
import { formatTimeOfDay } from '../output/times'
import { formatBytes } from '../output/units'
import type { Look } from './format'

/** An anomaly on a line among rows: when, which flow and side, what. */
export function anomalyRow(event: CliAnomaly, { palette }: Look): string {
  const where = event.kind === 'anomaly' ? `flow ${event.flow} ${event.side} ` : ''
  const details = detailsOf(event)
  const text = `${formatTimeOfDay(event.timestamp)} ${where}${event.anomaly.kind}${details ? `: ${details}` : ''}`
  return `${palette.warning('!')} ${sanitize(text)}\n`
}

function detailsOf({ anomaly }: CliAnomaly): string {
  switch (anomaly.kind) {
    case 'out_of_order_segment':
    case 'data_after_fin':
      return formatBytes(anomaly.bytes)
    case 'rst_ignored':
      return `sequence number ${anomaly.sequence}`
    case 'stream_gap':
      return `${formatBytes(anomaly.bytes)} missing at ${anomaly.offset} (${anomaly.reason})`
    case 'overlap_conflict':
      return `two versions of ${formatBytes(anomaly.bytes)} at ${anomaly.offset}, the ${anomaly.kept} one counts`
    case 'buffer_overflow':
      return anomaly.policy === 'drop-flow'
        ? `given up at ${anomaly.offset}`
        : `${formatBytes(anomaly.bytes ?? 0)} given up at ${anomaly.offset}`
    case 'probe_overflow':
      return `${formatBytes(anomaly.bytes)} held, what it carries will not be known`
    case 'parse_error':
      return anomaly.reason === undefined ? anomaly.parser : `${anomaly.parser}, ${anomaly.reason}`
    case 'parser_limit':
    case 'protocol_violation':
      return `${anomaly.parser}, ${anomaly.detail}`
    case 'flow_table_eviction':
      return `flow ${anomaly.evicted}`
    case 'fragment_timeout':
    case 'fragment_bound':
      return `${anomaly.datagrams} IP datagram${anomaly.datagrams === 1 ? '' : 's'} given up`
    case 'fragment_overlap':
    case 'fragment_malformed':
      return `IP fragment at ${anomaly.offset}`
    case 'stream_refused':
      return ''
  }
}
