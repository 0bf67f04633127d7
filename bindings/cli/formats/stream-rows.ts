import { formatEndpoint } from '../../index'
import type { CliStream } from '../flow'
import { clip } from '../output/columns'
import { sanitize } from '../output/sanitize'
import { formatBytes } from '../output/units'
import type { Look, RowFormat } from './format'
import { cellsOf, type RowColumn, titlesOf } from './rows'

/** Room for an IPv4 address with its port. */
const ENDPOINT_WIDTH = 21

const COLUMNS: readonly RowColumn<CliStream>[] = [
  { title: 'FLOW', width: 6, align: 'right', cell: ({ flow }) => String(flow.flow) },
  { title: 'FROM', width: ENDPOINT_WIDTH, elides: true, cell: ({ flow, side }) => formatEndpoint(flow[side]) },
  { title: 'TO', width: ENDPOINT_WIDTH, elides: true, cell: ({ flow, side }) => formatEndpoint(flow[otherOf(side)]) },
  { title: 'BYTES', width: 7, align: 'right', cell: ({ bytes }) => formatBytes(bytes) },
  { title: 'MISSING', width: 7, align: 'right', cell: ({ gaps }) => missing(gaps) },
  { title: 'SHA-256', width: 64, cell: ({ sha256 }) => sha256 },
]

/** Streams as rows: what is not shown on a narrow terminal is the end of the hash. */
export function streamRows({ palette, columns }: Look): RowFormat<CliStream> {
  return {
    head: `${palette.title(clip(titlesOf(COLUMNS), columns ?? Number.POSITIVE_INFINITY))}\n`,
    row: (stream) => {
      const cells = cellsOf(COLUMNS, stream, columns !== undefined)
      if (stream.file !== undefined && columns === undefined) cells.push(sanitize(stream.file))
      const row = cells.join(' ').trimEnd()
      return `${columns === undefined ? row : clip(row, columns)}\n`
    },
    foot: '\n',
  }
}

function otherOf(side: CliStream['side']): CliStream['side'] {
  return side === 'initiator' ? 'responder' : 'initiator'
}

function missing(gaps: CliStream['gaps']): string {
  return gaps.length === 0 ? '-' : formatBytes(gaps.reduce((sum, [, length]) => sum + length, 0))
}
