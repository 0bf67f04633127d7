import { concat, type Layer, layerOf, macBytes, type Payload, u16, u32 } from './layer'

export interface EthernetFields {
  source?: string
  destination?: string
  etherType?: number
}

const DESTINATION = '02:00:00:00:00:02'
const SOURCE = '02:00:00:00:00:01'

/** Ethernet II. */
export function ethernet(fields: EthernetFields, payload: Payload): Layer {
  const layer = layerOf(payload)
  return { bytes: concat(macs(fields), u16(fields.etherType ?? layer.etherType ?? 0xffff), layer.bytes) }
}

/** IEEE 802.3 with a length, LLC and SNAP. */
export function snap(fields: EthernetFields, payload: Payload): Layer {
  const layer = layerOf(payload)
  const header = [0xaa, 0xaa, 3, 0, 0, 0, ...u16(fields.etherType ?? layer.etherType ?? 0xffff)]
  return { bytes: concat(macs(fields), u16(header.length + layer.bytes.length), header, layer.bytes) }
}

/** IEEE 802.1Q tag, or 802.1ad with `etherType: 0x88a8`. */
export function vlan(fields: { id: number; priority?: number; etherType?: number }, payload: Payload): Layer {
  const layer = layerOf(payload)
  const tag = u16(((fields.priority ?? 0) << 13) | fields.id)
  return { bytes: concat(tag, u16(layer.etherType ?? 0xffff), layer.bytes), etherType: fields.etherType ?? 0x8100 }
}

/** MPLS label stack, RFC 3032 section 2.1: outermost label first. */
export function mpls(labels: readonly number[], payload: Payload): Layer {
  const last = labels.length - 1
  const stack = labels.flatMap((label, i) => u32((label << 12) | (i === last ? 0x100 : 0) | 64))
  return { bytes: concat(stack, layerOf(payload).bytes), etherType: 0x8847, protocol: 137 }
}

/** Control word before an Ethernet frame, RFC 4448 section 4.6. */
export const pseudowire = (frame: Payload): Layer => ({ bytes: concat(u32(0), layerOf(frame).bytes) })

/** PPPoE session with PPP, RFC 2516 section 4 and RFC 1661 section 2. */
export function pppoe(session: number, payload: Payload): Layer {
  const layer = layerOf(payload)
  const header = [0x11, 0, ...u16(session), ...u16(layer.bytes.length + 2), ...u16(pppProtocol(layer))]
  return { bytes: concat(header, layer.bytes), etherType: 0x8864 }
}

/** Linux cooked capture, LINKTYPE_LINUX_SLL. */
export function linuxCooked(payload: Payload): Layer {
  const layer = layerOf(payload)
  const header = [...u16(0), ...u16(1), ...u16(6), ...macBytes(SOURCE), 0, 0, ...u16(layer.etherType ?? 0xffff)]
  return { bytes: concat(header, layer.bytes) }
}

/** Linux cooked capture version 2, LINKTYPE_LINUX_SLL2. */
export function linuxCooked2(payload: Payload): Layer {
  const layer = layerOf(payload)
  const header = [...u16(layer.etherType ?? 0xffff), 0, 0, ...u32(1), ...u16(1), 0, 6, ...macBytes(SOURCE), 0, 0]
  return { bytes: concat(header, layer.bytes) }
}

/** BSD loopback with the address family in either byte order: LINKTYPE_NULL (host's) or LINKTYPE_LOOP (big-endian). */
export function bsdLoopback(fields: { family: number; littleEndian?: boolean }, payload: Payload): Layer {
  const family = u32(fields.family)
  return { bytes: concat(fields.littleEndian ? family.reverse() : family, layerOf(payload).bytes) }
}

/** PPP with address and control bytes, RFC 1662 section 3.1: LINKTYPE_PPP_HDLC. */
export function ppp(payload: Payload): Layer {
  const layer = layerOf(payload)
  return { bytes: concat([0xff, 3], u16(pppProtocol(layer)), layer.bytes), protocol: pppProtocol(layer) }
}

function macs(fields: EthernetFields): number[] {
  return [...macBytes(fields.destination ?? DESTINATION), ...macBytes(fields.source ?? SOURCE)]
}

function pppProtocol(layer: Layer): number {
  return layer.etherType === 0x86dd ? 0x0057 : 0x0021
}
