import type { CliAnomaly, CliMessage, CliStream, EndedFlow } from '../flow'
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
  /** True when the summary is a screen for a person. */
  readonly isScreen: boolean
  /** True when the summary shows shares and top talkers, which cost something to count. */
  readonly wantsTally: boolean
  flows(look: Look): RowFormat<EndedFlow>
  messages(look: Look): RowFormat<CliMessage>
  streams(look: Look): RowFormat<CliStream>
  anomaly(event: CliAnomaly, look: Look): string
  summary(report: Report, look: Look): string
}

/** Things of one kind, each printed before the next is known. */
export interface RowFormat<T> {
  /** Stands before the first row. */
  readonly head: string
  row(thing: T): string
  /** Stands behind the last row, if there was one, and before the summary. */
  readonly foot: string
}
