import { anomalyLine } from '../../ndjson/anomaly'
import { flowLine } from '../../ndjson/flow'
import { messageLine } from '../../ndjson/message'
import { streamLine } from '../../ndjson/stream'
import { summaryLine } from '../../ndjson/summary'
import { decodeCertificate } from '../../parsers/x509/index'
import type { Report } from '../report'
import type { Format } from './format'

export const ndjson: Format = {
  isScreen: false,
  wantsTally: false,
  flows: () => ({ head: '', row: flowLine, foot: '' }),
  messages: () => ({ head: '', row: (event) => messageLine(event, { decodeCertificate }), foot: '' }),
  streams: () => ({ head: '', row: streamLine, foot: '' }),
  anomaly: anomalyLine,
  summary,
}

function summary({ captures, stats, messages, anomalies, damage: [damage] }: Report): string {
  const { byProtocol, names } = messages
  return summaryLine({ captures: captures.length, stats, messages: byProtocol, names, anomalies, damage })
}
