import type { CliMessage } from '../flow'
import { protocolOf } from '../messages'
import type { KindedMessage } from '../messages/protocol'
import { clip } from '../output/columns'
import { sanitize } from '../output/sanitize'
import { formatTimeOfDay } from '../output/times'
import type { Look, RowFormat } from './format'
import { cellsOf, type RowColumn, titlesOf } from './rows'

const COLUMNS: readonly RowColumn<CliMessage>[] = [
  { title: 'TIME', width: 12, cell: ({ timestamp }) => formatTimeOfDay(timestamp) },
  { title: 'FLOW', width: 6, align: 'right', cell: ({ flow }) => String(flow) },
  { title: 'PROTO', width: 5, cell: ({ protocol }) => protocol },
  { title: 'KIND', width: 12, cell: ({ message }) => (message as KindedMessage).kind },
  { title: 'WHAT', width: 0, cell: (event) => sanitize(protocolOf(event).describe(event.message)) },
]

/** Messages as rows: what is not shown on a narrow terminal is the end of what they say. */
export function messageRows({ palette, columns = Number.POSITIVE_INFINITY }: Look): RowFormat<CliMessage> {
  return {
    head: `${palette.title(clip(titlesOf(COLUMNS), columns))}\n`,
    row: (event) => `${clip(cellsOf(COLUMNS, event, false).join(' ').trimEnd(), columns)}\n`,
    foot: '\n',
  }
}
