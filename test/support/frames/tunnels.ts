import { checksum, concat, type Layer, layerOf, type Payload, u16, u24, u32, withU16 } from './layer'

const ETHERTYPE_TRANSPARENT_ETHERNET = 0x6558
const PROTOCOL_GRE = 47

export interface GreFields {
  /** EtherType of what is inside; an Ethernet frame unless the payload says otherwise. */
  etherType?: number
  key?: number
  sequence?: number
  /** Adds the checksum and the reserved field after it. */
  checksum?: boolean
}

/** GRE version 0, RFC 2784 section 2.1 and RFC 2890 section 2. */
export function gre(fields: GreFields, payload: Payload): Layer {
  const layer = layerOf(payload)
  const flags =
    (fields.checksum ? 0x8000 : 0) |
    (fields.key === undefined ? 0 : 0x2000) |
    (fields.sequence === undefined ? 0 : 0x1000)
  const bytes = concat(
    u16(flags),
    u16(fields.etherType ?? layer.etherType ?? ETHERTYPE_TRANSPARENT_ETHERNET),
    fields.checksum ? u32(0) : [],
    fields.key === undefined ? [] : u32(fields.key),
    fields.sequence === undefined ? [] : u32(fields.sequence),
    layer.bytes,
  )
  return { bytes: fields.checksum ? withU16(bytes, 4, checksum(bytes)) : bytes, protocol: PROTOCOL_GRE }
}

/** Enhanced GRE around PPP, RFC 2637 section 4.1. */
export function pptp(fields: { call: number; sequence?: number }, payload: Payload): Layer {
  const layer = layerOf(payload)
  const flags = 0x2001 | (fields.sequence === undefined ? 0 : 0x1000)
  const sequence = fields.sequence === undefined ? [] : u32(fields.sequence)
  const header = [...u16(flags), ...u16(0x880b), ...u16(layer.bytes.length), ...u16(fields.call), ...sequence]
  return { bytes: concat(header, layer.bytes), protocol: PROTOCOL_GRE }
}

/** VXLAN around an Ethernet frame, RFC 7348 section 5. Goes into UDP to port 4789. */
export const vxlan = (vni: number, frame: Payload): Layer => ({
  bytes: concat([0x08, 0, 0, 0], u24(vni), [0], layerOf(frame).bytes),
})

/** VXLAN-GPE, draft-ietf-nvo3-vxlan-gpe: 1 IPv4, 2 IPv6, 3 Ethernet. Goes into UDP to port 4790. */
export function vxlanGpe(fields: { vni: number; nextProtocol: number }, payload: Payload): Layer {
  return { bytes: concat([0x0c, 0, 0, fields.nextProtocol], u24(fields.vni), [0], layerOf(payload).bytes) }
}

/** Geneve, RFC 8926 section 3.4; options are a multiple of four bytes. Goes into UDP to port 6081. */
export function geneve(fields: { vni: number; options?: Uint8Array }, payload: Payload): Layer {
  const layer = layerOf(payload)
  const options = fields.options ?? new Uint8Array(0)
  const header = [options.length / 4, 0, ...u16(layer.etherType ?? ETHERTYPE_TRANSPARENT_ETHERNET)]
  return { bytes: concat(header, u24(fields.vni), [0], options, layer.bytes) }
}

/** GTP-U G-PDU, 3GPP TS 29.281 section 5.1. Goes into UDP to port 2152. */
export function gtpu(fields: { teid: number; sequence?: number }, packet: Payload): Layer {
  const { bytes } = layerOf(packet)
  const optional = fields.sequence === undefined ? [] : [...u16(fields.sequence), 0, 0]
  const flags = 0x30 | (fields.sequence === undefined ? 0 : 0x02)
  return { bytes: concat([flags, 0xff], u16(optional.length + bytes.length), u32(fields.teid), optional, bytes) }
}
