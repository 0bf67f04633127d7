import type { EndedFlow } from '../flow'
import type { Palette } from '../output/colors'
import type { Report } from '../report'

/** Where the text goes, as far as its shape depends on it. */
export interface Look {
  readonly palette: Palette
  /** Columns of the terminal; undefined where the text goes to a file or a pipe, and may be as wide as it needs. */
  readonly columns: number | undefined
}

/** How results become text. Every text ends with the end of a line, or is empty. */
export interface Format {
  /** True when the summary shows shares and top talkers, which cost something to count. */
  readonly wantsTally: boolean
  flows(look: Look): FlowFormat
  summary(report: Report, look: Look): string
}

/** Flows in the order in which they end. */
export interface FlowFormat {
  /** Stands before the first flow. */
  readonly head: string
  flow(flow: EndedFlow): string
  /** Stands behind the last flow, if there was one, and before the summary. */
  readonly foot: string
}
