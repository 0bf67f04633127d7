import { formatEndpoint } from '../../index'
import { senderOf } from '../../ndjson/message'
import type { CliMessage } from '../flow'
import { protocolOf } from '../messages'
import type { KindedMessage } from '../messages/protocol'
import { clip } from '../output/columns'
import { sanitize } from '../output/sanitize'
import { formatTimeOfDay } from '../output/times'
import type { Look, RowFormat } from './format'
import { cellsOf, type RowColumn, titlesOf } from './rows'

/** Room for an IPv4 address with its port. */
const ENDPOINT_WIDTH = 21

/** A column that terminals without so many columns do without. */
interface MessageColumn extends RowColumn<CliMessage> {
  readonly from?: number
}

const COLUMNS: readonly MessageColumn[] = [
  { title: 'TIME', width: 12, cell: ({ timestamp }) => formatTimeOfDay(timestamp) },
  { title: 'FLOW', width: 6, align: 'right', cell: ({ flow }) => String(flow) },
  { title: 'FROM', width: ENDPOINT_WIDTH, elides: true, from: 100, cell: (event) => endOf(event, true) },
  { title: 'TO', width: ENDPOINT_WIDTH, elides: true, from: 120, cell: (event) => endOf(event, false) },
  { title: 'PROTO', width: 5, cell: ({ protocol }) => protocol },
  { title: 'KIND', width: 12, cell: ({ message }) => (message as KindedMessage).kind },
  { title: 'WHAT', width: 0, cell: (event) => sanitize(protocolOf(event).describe(event.message)) },
]

/** Messages as rows: what is not shown on a narrow terminal is who they are between, and the end of what they say. */
export function messageRows({ palette, columns }: Look): RowFormat<CliMessage> {
  const width = columns ?? Number.POSITIVE_INFINITY
  const shown = COLUMNS.filter(({ from = 0 }) => width >= from)
  return {
    head: `${palette.title(clip(titlesOf(shown), width))}\n`,
    row: (event) =>
      `${clip(
        cellsOf(shown, event, columns !== undefined)
          .join(' ')
          .trimEnd(),
        width,
      )}\n`,
    foot: '\n',
  }
}

function endOf(event: CliMessage, isSender: boolean): string {
  const isInitiator = (senderOf(event) === 'initiator') === isSender
  return formatEndpoint(isInitiator ? event.initiator : event.responder)
}
