// The lines of docs/cli.md: one JSON object a line. They are put together by hand, in the documented order of fields:
// texts in them are addresses, names of ours and base 64, so that nothing needs escaping and a flow costs little.

import type { Encapsulation, Endpoint, Timestamp, UnsupportedLinkType } from '../../index'
import type { EndedFlow } from '../flow'
import { jsonText } from '../output/sanitize'
import { formatTimestamp } from '../output/times'
import type { Damage, Report } from '../report'
import type { Format } from './format'

export const ndjson: Format = {
  wantsTally: false,
  flows: () => ({ head: '', flow: flowLine, foot: '' }),
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
    `,"midstream":${midstream},"initiator_corrected":${initiatorCorrected}}`
  )
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
export function summaryLine({ captures, stats, damage: [damage] }: Report): string {
  const { first, last, unsupportedLinkTypes } = stats
  return (
    `{"type":"summary","captures":${captures.length}` +
    `,"packets":${integer(stats.packets)},"bytes":${integer(stats.bytes)}` +
    (first && last ? `,"first":${time(first)},"last":${time(last)}` : '') +
    `,"flows":${integer(stats.flowsCreated)},"unmatched_packets":${integer(stats.packetsUnmatched)}` +
    `,"duplicate_packets":0,"messages":{},"anomalies":{},"truncated_packets":${integer(stats.packetsTruncated)}` +
    (unsupportedLinkTypes.length === 0
      ? ''
      : `,"unsupported_link_types":[${unsupportedLinkTypes.map(linkType).join(',')}]`) +
    (damage ? `,"damage":${damageObject(damage)}` : '') +
    '}\n'
  )
}

function linkType({ linkType, name, packets }: UnsupportedLinkType): string {
  return `{"link_type":${linkType}${name === undefined ? '' : `,"name":"${name}"`},"packets":${packets}}`
}

function damageObject({ capture, offset, reason }: Damage): string {
  return `{"offset":${offset},"reason":${jsonText(reason)},"capture":${jsonText(capture)}}`
}
