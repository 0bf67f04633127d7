import { describe } from './describe'
import { formatBytes, formatCount, formatDuration, formatTimeOfDay } from './format'
import type { FlowRow, MessageRow } from './model'
import type { Column } from './table'

/** What is not known before a flow has ended. */
const LIVE = '…'

export const flowColumns: readonly Column<FlowRow>[] = [
  { title: 'Flow', width: '64px', isNumber: true, text: (row) => formatCount(row.flow), value: (row) => row.flow },
  { title: 'Start', width: '108px', text: (row) => formatTimeOfDay(row.start), value: (row) => row.start },
  {
    title: 'Duration',
    width: '84px',
    isNumber: true,
    text: (row) => (row.ended ? formatDuration(row.duration) : LIVE),
    value: (row) => row.duration,
  },
  { title: 'Protocol', width: '72px', text: (row) => row.protocol, value: (row) => row.protocol },
  { title: 'Initiator', width: 'minmax(140px, 1fr)', text: (row) => row.initiator, value: (row) => row.initiator },
  { title: 'Responder', width: 'minmax(140px, 1fr)', text: (row) => row.responder, value: (row) => row.responder },
  { title: 'Name', width: 'minmax(130px, 1fr)', text: (row) => row.name, value: (row) => row.name },
  {
    title: 'Packets',
    width: '72px',
    isNumber: true,
    text: (row) => (row.ended ? formatCount(row.packets) : LIVE),
    value: (row) => row.packets,
  },
  {
    title: 'Bytes',
    width: '82px',
    isNumber: true,
    text: (row) => (row.ended ? formatBytes(row.bytes) : LIVE),
    value: (row) => row.bytes,
  },
  { title: 'App', width: '60px', text: (row) => row.application, value: (row) => row.application },
  { title: 'End', width: '120px', text: (row) => row.ended?.reason ?? LIVE, value: (row) => row.ended?.reason ?? '' },
]

export const messageColumns: readonly Column<MessageRow>[] = [
  { title: 'Time', width: '108px', text: (row) => formatTimeOfDay(row.time), value: (row) => row.time },
  {
    title: 'Flow',
    width: '64px',
    isNumber: true,
    text: (row) => formatCount(row.event.flow),
    value: (row) => row.event.flow,
  },
  { title: 'Protocol', width: '72px', text: (row) => row.event.protocol, value: (row) => row.event.protocol },
  { title: 'Kind', width: '120px', text: (row) => row.event.message.kind, value: (row) => row.event.message.kind },
  { title: 'Sender', width: '90px', text: (row) => row.event.side, value: (row) => row.event.side },
  {
    title: 'What',
    width: 'minmax(240px, 1fr)',
    text: (row) => describe(row.event),
    value: (row) => describe(row.event),
  },
]

/** What the filter looks into, in lower case. */
export function flowText({ protocol, initiator, responder, application, name, ended }: FlowRow): string {
  return `${protocol} ${initiator} ${responder} ${application} ${name} ${ended?.reason ?? ''}`.toLowerCase()
}

export function messageText({ event }: MessageRow): string {
  return `${event.protocol} ${event.message.kind} ${event.key} ${describe(event)}`.toLowerCase()
}
