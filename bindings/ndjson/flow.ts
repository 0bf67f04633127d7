import type { Encapsulation } from '../extract/encapsulation'
import type { FlowKey } from '../extract/flow-key'
import type { EndedEvent } from '../tracker/events'
import { endpoint, ends, integer, time } from './json'

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

// Put together by hand: texts in it are addresses, names of ours and base 64, so that nothing needs escaping.
/** The line of a flow that has ended. */
export function flowLine(flow: EndedEvent<FlowKey, unknown>): string {
  const { stats, protocol, history, communityId, encapsulations } = flow
  const { initiator, responder } = stats
  return (
    `{"type":"flow","flow":${integer(flow.flow)}` +
    (protocol === undefined ? '' : `,"protocol":"${protocol}"`) +
    ends(flow) +
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

function tcp({ initiator, responder, midstream, initiatorCorrected }: EndedEvent['stats']): string {
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

function encapsulation({ kind, id, source, destination }: Encapsulation): string {
  const ends = source && destination && `{"source":${endpoint(source)},"destination":${endpoint(destination)}}`
  return `{"kind":"${kind}"${id === undefined ? '' : `,"${ID_NAMES[kind]}":${id}`}${ends ? `,"outer":${ends}` : ''}}`
}
