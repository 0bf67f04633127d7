import { anomalyRow } from './anomaly-rows'
import { flowRows } from './flow-rows'
import type { Format } from './format'
import { messageRows } from './message-rows'
import { streamRows } from './stream-rows'
import { summaryScreen } from './summary-screen'

/** What a person reads: flows as rows, printed as they end, and the summary on one screen. */
export const table: Format = {
  isScreen: true,
  wantsTally: true,
  flows: flowRows,
  messages: messageRows,
  streams: streamRows,
  anomaly: anomalyRow,
  summary: summaryScreen,
}
