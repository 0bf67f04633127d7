import { flowLine, messageLine } from 'flowscope/ndjson'
import { describe } from './describe'
import { element, facts } from './dom'
import { formatBytes, formatCount, formatDuration, formatNumber, formatTime } from './format'
import type { AnyMessage, FlowRow } from './model'

/** Messages that are shown with a flow before the user asks for the rest. */
const FIRST_MESSAGES = 50

/** Everything about one flow. */
export function flowDetails(row: FlowRow, onClose: () => void): readonly Node[] {
  const close = element('button', '', 'Close')
  close.type = 'button'
  close.addEventListener('click', onClose)
  return [
    element('h2', '', `Flow ${formatCount(row.flow)}`, close),
    facts([
      ['Protocol', row.protocol],
      ['Initiator', row.initiator],
      ['Responder', row.responder],
      ['Start', `${formatTime(row.start)} UTC`],
      ['Name', row.name || undefined],
      ...endFacts(row),
    ]),
    ...messageList(row),
    ...(row.ended ? [record('Record', flowLine(row.ended))] : []),
  ]
}

function endFacts({ ended, duration }: FlowRow): readonly (readonly [string, string | undefined])[] {
  if (!ended) return [['State', 'live']]
  const { initiator, responder } = ended.stats
  const encapsulations = ended.encapsulations.map(({ kind, id }) => (id === undefined ? kind : `${kind} ${id}`))
  return [
    ['Duration', formatDuration(duration)],
    ['State', `${ended.state}, ended by ${ended.reason}`],
    ['History', ended.history || undefined],
    ['Sent', `${formatNumber(initiator.packets, 'packet')}, ${formatBytes(initiator.bytes)}`],
    ['Received', `${formatNumber(responder.packets, 'packet')}, ${formatBytes(responder.bytes)}`],
    ['Retransmitted', segments(initiator.retransmits, responder.retransmits)],
    ['Out of order', segments(initiator.outOfOrder, responder.outOfOrder)],
    ['Encapsulation', encapsulations.join(', ') || undefined],
    ['Community ID', ended.communityId],
  ]
}

/** Undefined where there are none. */
function segments(initiator: number, responder: number): string | undefined {
  if (initiator + responder === 0) return undefined
  return `${formatCount(initiator)} sent, ${formatNumber(responder, 'segment')} received`
}

function messageList({ messages }: FlowRow): readonly Node[] {
  if (messages.length === 0) return []
  const list = element('div')
  const show = (from: number, to: number): void => {
    for (const { event } of messages.slice(from, to)) list.append(messageDetails(event))
  }
  show(0, FIRST_MESSAGES)
  const nodes: Node[] = [element('h3', '', `Messages (${formatCount(messages.length)})`), list]
  if (messages.length > FIRST_MESSAGES) {
    const more = element('button', '', 'Show all')
    more.type = 'button'
    more.addEventListener('click', () => {
      show(FIRST_MESSAGES, messages.length)
      more.remove()
    })
    nodes.push(more)
  }
  return nodes
}

function messageDetails(event: AnyMessage): HTMLElement {
  const text = `${event.protocol} ${event.message.kind}: ${describe(event)}`
  return record(text, messageLine(event))
}

/** A line of JSON under a heading; it is laid out only when it is opened. */
function record(title: string, line: string): HTMLElement {
  const details = element('details', '', element('summary', '', title))
  details.addEventListener(
    'toggle',
    () => details.append(element('pre', '', JSON.stringify(JSON.parse(line), null, 2))),
    {
      once: true,
    },
  )
  return details
}
