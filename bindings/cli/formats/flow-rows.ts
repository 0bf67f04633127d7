import { type Encapsulation, formatEndpoint } from '../../index'
import type { EndedFlow } from '../flow'
import { clip } from '../output/columns'
import { formatTimeOfDay } from '../output/times'
import { formatBytes, formatDuration } from '../output/units'
import type { Look, RowFormat } from './format'
import { cellsOf, type RowColumn, titlesOf } from './rows'

/** Columns of the screen that rows are laid out for where there is no terminal. */
const USUAL_WIDTH = 120
/** Room for an IPv4 address with its port. */
const ENDPOINT_LEAST = 21
/** Room for an IPv6 address with its port. */
const ENDPOINT_MOST = 47
/** Room behind the columns for what was taken off, in a terminal that is wider than usual. */
const LAYERS_ROOM = 24
/** With less room it is left out. */
const LAYERS_LEAST = 10

type FlowColumn = RowColumn<EndedFlow>

/**
 * Flows as rows of fixed columns, since a row is printed before the next is known. In a terminal that is too narrow
 * the less important columns are left out, and long endpoints lose their middle; wider ones have more room for them.
 * A file or a pipe gets everything, if need be in a longer row.
 */
export function flowRows({ palette, columns }: Look): RowFormat<EndedFlow> {
  const layout = columnsFor(columns ?? USUAL_WIDTH)
  const hasRoomBehind = columns === undefined || columns - widthOf(layout) >= LAYERS_LEAST
  return {
    head: `${palette.title(titlesOf(layout))}\n`,
    row: (flow) => {
      const cells = cellsOf(layout, flow, columns !== undefined)
      if (hasRoomBehind) cells.push(layers(flow.encapsulations))
      const row = cells.join(' ').trimEnd()
      return `${columns === undefined ? row : clip(row, columns)}\n`
    },
    foot: '\n',
  }
}

function columnsFor(width: number): readonly FlowColumn[] {
  let chosen = COLUMNS
  for (const title of LEFT_OUT_FIRST) {
    if (widthOf(chosen) > width) chosen = chosen.filter((column) => column.title !== title)
  }
  const spare = Math.max(0, width - widthOf(chosen) - (width > USUAL_WIDTH ? LAYERS_ROOM : 0))
  const endpointWidth = Math.min(ENDPOINT_LEAST + Math.floor(spare / 2), ENDPOINT_MOST)
  return chosen.map((column) => (column.elides ? { ...column, width: endpointWidth } : column))
}

function widthOf(columns: readonly FlowColumn[]): number {
  return columns.reduce((sum, column) => sum + column.width + 1, -1)
}

/** Sent and received are as the initiator sees it: bytes of whole frames. */
const COLUMNS: readonly FlowColumn[] = [
  { title: 'FLOW', width: 6, align: 'right', cell: ({ flow }) => String(flow) },
  { title: 'START', width: 12, cell: ({ stats }) => formatTimeOfDay(stats.started) },
  {
    title: 'DURATION',
    width: 8,
    align: 'right',
    cell: ({ stats }) => formatDuration(stats.lastSeen.saturatingSub(stats.started)),
  },
  { title: 'PROTO', width: 5, cell: ({ protocol }) => protocol ?? '-' },
  { title: 'INITIATOR', width: ENDPOINT_LEAST, elides: true, cell: ({ initiator }) => formatEndpoint(initiator) },
  { title: 'RESPONDER', width: ENDPOINT_LEAST, elides: true, cell: ({ responder }) => formatEndpoint(responder) },
  { title: 'PACKETS', width: 7, align: 'right', cell: ({ stats }) => String(stats.packets) },
  { title: 'SENT', width: 7, align: 'right', cell: ({ stats }) => formatBytes(stats.initiator.bytes) },
  { title: 'RECEIVED', width: 8, align: 'right', cell: ({ stats }) => formatBytes(stats.responder.bytes) },
  { title: 'END', width: 7, cell: ({ reason }) => END_NAMES[reason] ?? reason },
  { title: 'HISTORY', width: 8, cell: ({ history }) => history },
]

const LEFT_OUT_FIRST = ['HISTORY', 'FLOW', 'PACKETS', 'DURATION', 'START']

/** Short names of the ends whose names are long. */
const END_NAMES: Readonly<Partial<Record<EndedFlow['reason'], string>>> = {
  idle_timeout: 'idle',
  end_of_capture: 'open',
  port_reuse: 'reused',
}

/** What was taken off, outermost first: `vlan 10, vxlan 7`. Stands behind the last column. */
function layers(encapsulations: readonly Encapsulation[]): string {
  return encapsulations.map(({ kind, id }) => (id === undefined ? kind : `${kind} ${id}`)).join(', ')
}
