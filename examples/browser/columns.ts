import { addressOrder } from './address-order'
import type { Column } from './column'
import { describe } from './describe'
import { formatBytes, formatCount, formatDuration, formatTimeOfDay } from './format'
import type { FlowRow, MessageRow } from './model'

/** What is not known before a flow has ended. */
const LIVE = '…'

export const flowColumns: readonly Column<FlowRow>[] = [
  {
    title: 'Flow',
    width: 72,
    room: 'some',
    isNumber: true,
    text: (row) => formatCount(row.flow),
    value: (row) => row.flow,
  },
  { title: 'Start', width: 130, room: 'much', text: (row) => formatTimeOfDay(row.start), value: (row) => row.start },
  {
    title: 'Duration',
    width: 100,
    room: 'much',
    isNumber: true,
    text: (row) => (row.ended ? formatDuration(row.duration) : LIVE),
    value: (row) => row.duration,
  },
  { title: 'Protocol', width: 80, room: 'some', text: (row) => row.protocol, value: (row) => row.protocol },
  {
    title: 'Initiator',
    width: 130,
    grows: true,
    text: (row) => row.initiator,
    value: (row) => addressOrder(row.initiator),
  },
  {
    title: 'Responder',
    width: 130,
    grows: true,
    text: (row) => row.responder,
    value: (row) => addressOrder(row.responder),
  },
  { title: 'Name', width: 140, grows: true, room: 'some', text: (row) => row.name, value: (row) => row.name },
  {
    title: 'Packets',
    width: 84,
    room: 'some',
    isNumber: true,
    text: (row) => (row.ended ? formatCount(row.packets) : LIVE),
    value: (row) => row.packets,
  },
  {
    title: 'Bytes',
    width: 84,
    isNumber: true,
    text: (row) => (row.ended ? formatBytes(row.bytes) : LIVE),
    value: (row) => row.bytes,
  },
  { title: 'App', width: 64, room: 'much', text: (row) => row.application, value: (row) => row.application },
  {
    title: 'End',
    width: 126,
    room: 'much',
    text: (row) => row.ended?.reason ?? LIVE,
    value: (row) => row.ended?.reason ?? '',
  },
]

export const messageColumns: readonly Column<MessageRow>[] = [
  { title: 'Time', width: 130, room: 'some', text: (row) => formatTimeOfDay(row.time), value: (row) => row.time },
  {
    title: 'Flow',
    width: 72,
    room: 'some',
    isNumber: true,
    text: (row) => formatCount(row.event.flow),
    value: (row) => row.event.flow,
  },
  { title: 'Protocol', width: 80, text: (row) => row.event.protocol, value: (row) => row.event.protocol },
  {
    title: 'Kind',
    width: 112,
    room: 'some',
    text: (row) => row.event.message.kind,
    value: (row) => row.event.message.kind,
  },
  { title: 'Sender', width: 92, room: 'much', text: (row) => row.event.side, value: (row) => row.event.side },
  { title: 'What', width: 200, grows: true, text: (row) => describe(row.event), value: (row) => describe(row.event) },
]

/** What the filter looks into, in lower case. */
export function flowText({ protocol, initiator, responder, application, name, ended }: FlowRow): string {
  return `${protocol} ${initiator} ${responder} ${application} ${name} ${ended?.reason ?? ''}`.toLowerCase()
}

export function messageText({ event }: MessageRow): string {
  return `${event.protocol} ${event.message.kind} ${event.key} ${describe(event)}`.toLowerCase()
}
