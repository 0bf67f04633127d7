import type { FlowKey } from '../extract/flow-key'
import type { AnomalyEvent, TrackerAnomalyEvent } from '../tracker/anomalies'
import { hexadecimal, integer, jsonText, time } from './json'

/** The line of an anomaly: its details are fields of the line, named as in the library. */
export function anomalyLine(event: AnomalyEvent<FlowKey, unknown> | TrackerAnomalyEvent): string {
  const { timestamp, anomaly, severity } = event
  const flow = event.kind === 'anomaly' ? `,"flow":${integer(event.flow)}` : ''
  const side = event.kind === 'anomaly' ? `,"side":"${event.side}"` : ''
  const details = Object.entries(anomaly)
    .filter(([name, value]) => name !== 'kind' && value !== undefined)
    .map(([name, value]) => `,"${name}":${detail(value)}`)
  return (
    `{"type":"anomaly","time":${time(timestamp)}${flow},"kind":"${anomaly.kind}"${side}` +
    `,"severity":"${severity}"${details.join('')}}\n`
  )
}

/** Bytes are written in hexadecimal. */
function detail(value: number | string | Uint8Array): string {
  if (typeof value === 'number') return integer(value)
  return typeof value === 'string' ? jsonText(value) : `"${hexadecimal(value)}"`
}
