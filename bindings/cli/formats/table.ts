import { flowRows } from './flow-rows'
import type { Format } from './format'
import { summaryScreen } from './summary-screen'

/** What a person reads: flows as rows, printed as they end, and the summary on one screen. */
export const table: Format = {
  wantsTally: true,
  flows: flowRows,
  summary: summaryScreen,
}
