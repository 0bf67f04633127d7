// The lines of docs/cli.md: one JSON object a line. They are put together by hand, in the documented order of fields:
// texts in them are addresses, names of ours and base 64, so that nothing needs escaping and a flow costs little.

import type { Encapsulation, Endpoint, Timestamp, UnsupportedLinkType } from '../../index'
import type { CliAnomaly, CliMessage, EndedFlow } from '../flow'
import { protocolOf, senderOf } from '../messages'
import type { NamesSeen } from '../messages/counts'
import { jsonText } from '../output/sanitize'
import { formatTimestamp } from '../output/times'
import type { Damage, Report } from '../report'
import type { FinishedStream } from '../streams/collector'
import type { Format } from './format'

export const ndjson: Format = {
  isScreen: false,
  wantsTally: false,
  flows: () => ({ head: '', row: flowLine, foot: '' }),
  messages: () => ({ head: '', row: messageLine, foot: '' }),
  streams: () => ({ head: '', row: streamLine, foot: '' }),
  anomaly: anomalyLine,
  summary: summaryLine,
}

/** What the id of each layer is called. */
const ID_NAMES: Readonly<Record<Encapsulation['kind'], string>> = {
  vlan: 'id',
  mpls: 'label',
  pppoe: 'session',
  ip: 'id',
  gre: 'key',
  pptp: 'call',
  erspan: 'session',
  vxlan: 'vni',
  vxlan_gpe: 'vni',
  geneve: 'vni',
  gtpu: 'teid',
  pseudowire: 'id',
}

/** The line of a flow. */
export function flowLine(flow: EndedFlow): string {
  const { stats, protocol, history, communityId, encapsulations } = flow
  const { initiator, responder } = stats
  return (
    `{"type":"flow","flow":${integer(flow.flow)}` +
    (protocol === undefined ? '' : `,"protocol":"${protocol}"`) +
    `,"initiator":${endpoint(flow.initiator)},"responder":${endpoint(flow.responder)}` +
    `,"start":${time(stats.started)},"end":${time(stats.lastSeen)}` +
    `,"packets_initiator":${integer(initiator.packets)},"packets_responder":${integer(responder.packets)}` +
    `,"bytes_initiator":${integer(initiator.bytes)},"bytes_responder":${integer(responder.bytes)}` +
    `,"payload_bytes_initiator":${integer(initiator.payloadBytes)}` +
    `,"payload_bytes_responder":${integer(responder.payloadBytes)}` +
    `,"state":"${flow.state}","end_reason":"${flow.reason}"` +
    (history === '' ? '' : `,"history":"${history}"`) +
    (communityId === undefined ? '' : `,"community_id":"${communityId}"`) +
    (encapsulations.length === 0 ? '' : `,"encapsulation":[${encapsulations.map(encapsulation).join(',')}]`) +
    (flow.key.kind === 'five-tuple' && protocol === 'tcp' ? `,"tcp":${tcp(stats)}` : '') +
    '}\n'
  )
}

function tcp({ initiator, responder, midstream, initiatorCorrected }: EndedFlow['stats']): string {
  return (
    `{"retransmits_initiator":${initiator.retransmits},"retransmits_responder":${responder.retransmits}` +
    `,"out_of_order_initiator":${initiator.outOfOrder},"out_of_order_responder":${responder.outOfOrder}` +
    (initiator.stream && responder.stream
      ? `,"gap_bytes_initiator":${integer(initiator.stream.gapBytes)}` +
        `,"gap_bytes_responder":${integer(responder.stream.gapBytes)}`
      : '') +
    `,"midstream":${midstream},"initiator_corrected":${initiatorCorrected}}`
  )
}

/** The line of one direction of a TCP connection. */
export function streamLine({ flow, side, bytes, sha256, gaps, file }: FinishedStream): string {
  return (
    `{"type":"stream","flow":${integer(flow.flow)}` +
    (flow.protocol === undefined ? '' : `,"protocol":"${flow.protocol}"`) +
    `,"initiator":${endpoint(flow.initiator)},"responder":${endpoint(flow.responder)}` +
    `,"side":"${side}","bytes":${integer(bytes)},"sha256":"${sha256}"` +
    `,"gaps":[${gaps.map(([offset, missing]) => `[${integer(offset)},${integer(missing)}]`).join(',')}]` +
    (file === undefined ? '' : `,"file":${jsonText(file)}`) +
    '}\n'
  )
}

/** The line of a message: what protocols tell are fields of the line. */
export function messageLine(event: CliMessage): string {
  const { flow, timestamp, protocol, message } = event
  const fields = jsonText(protocolOf(event).fields(message))
  return (
    `{"type":"message","flow":${integer(flow)},"time":${time(timestamp)},"side":"${senderOf(event)}"` +
    `,"protocol":"${protocol}",${fields.slice('{'.length)}\n`
  )
}

/** The line of an anomaly: its details are fields of the line, in the names of the library with underscores. */
export function anomalyLine(event: CliAnomaly): string {
  const { timestamp, anomaly, severity } = event
  const flow = event.kind === 'anomaly' ? `,"flow":${integer(event.flow)}` : ''
  const side = event.kind === 'anomaly' ? `,"side":"${event.side}"` : ''
  const details = Object.entries(anomaly)
    .filter(([name, value]) => name !== 'kind' && value !== undefined)
    .map(([name, value]) => `,"${name}":${detail(value)}`)
  return (
    `{"type":"anomaly","time":${time(timestamp)}${flow},"kind":"${anomaly.kind}"${side}` +
    `,"severity":"${severity}"${details.join('')}}\n`
  )
}

/** Bytes are written in hexadecimal. */
function detail(value: number | string | Uint8Array): string {
  if (typeof value === 'number') return integer(value)
  return typeof value === 'string' ? jsonText(value) : `"${Buffer.from(value).toString('hex')}"`
}

/** An integer as JSON has it, or as decimal text where a reader that knows only doubles would lose digits. */
export function integer(value: number): string {
  return value <= Number.MAX_SAFE_INTEGER ? String(value) : `"${BigInt(value)}"`
}

function endpoint(end: Endpoint): string {
  if ('mac' in end) return `{"mac":"${end.mac}"}`
  return end.port === undefined ? `{"address":"${end.address}"}` : `{"address":"${end.address}","port":${end.port}}`
}

function encapsulation({ kind, id, source, destination }: Encapsulation): string {
  const ends = source && destination && `{"source":${endpoint(source)},"destination":${endpoint(destination)}}`
  return `{"kind":"${kind}"${id === undefined ? '' : `,"${ID_NAMES[kind]}":${id}`}${ends ? `,"outer":${ends}` : ''}}`
}

function time(timestamp: Timestamp): string {
  return `"${formatTimestamp(timestamp)}"`
}

/** The line that is always the last. */
export function summaryLine({ captures, stats, messages, anomalies, damage: [damage] }: Report): string {
  const { first, last, unsupportedLinkTypes } = stats
  return (
    `{"type":"summary","captures":${captures.length}` +
    `,"packets":${integer(stats.packets)},"bytes":${integer(stats.bytes)}` +
    (first && last ? `,"first":${time(first)},"last":${time(last)}` : '') +
    `,"flows":${integer(stats.flowsCreated)},"unmatched_packets":${integer(stats.packetsUnmatched)}` +
    `,"duplicate_packets":${integer(stats.packetsDuplicate)},"messages":${counts(messages.byProtocol)}` +
    (messages.names.length === 0 ? '' : `,"names":{${messages.names.map(names).join(',')}}`) +
    `,"anomalies":${counts(anomalies)}` +
    `,"truncated_packets":${integer(stats.packetsTruncated)}` +
    (unsupportedLinkTypes.length === 0
      ? ''
      : `,"unsupported_link_types":[${unsupportedLinkTypes.map(linkType).join(',')}]`) +
    (damage ? `,"damage":${damageObject(damage)}` : '') +
    '}\n'
  )
}

function names({ field, top }: NamesSeen): string {
  return `"${field}":${jsonText(top)}`
}

function counts(named: ReadonlyMap<string, number>): string {
  return `{${[...named].map(([name, count]) => `"${name}":${integer(count)}`).join(',')}}`
}

function linkType({ linkType, name, packets }: UnsupportedLinkType): string {
  return `{"link_type":${linkType}${name === undefined ? '' : `,"name":"${name}"`},"packets":${packets}}`
}

function damageObject({ capture, offset, reason }: Damage): string {
  return `{"offset":${offset},"reason":${jsonText(reason)},"capture":${jsonText(capture)}}`
}
