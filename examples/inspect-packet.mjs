// What an extractor finds in a single packet, without tracking anything.
//
//   node examples/inspect-packet.mjs [CAPTURE [NUMBER]]
//
// CAPTURE is a classic pcap file, little-endian, with microseconds: the usual kind. NUMBER counts packets from 1.
// Without them, the fourth packet of a short HTTP connection is shown.

import { readFileSync } from 'node:fs'
import { autoDetectEncap, FlowExtractor, fiveTuple, PacketView, TcpFlag, Timestamp } from 'flowscope'

const capture = process.argv[2] ?? new URL('../test/fixtures/generated/http_session.pcap', import.meta.url)
const view = readPacket(readFileSync(capture), Number(process.argv[3] ?? 4))

const extractor = await FlowExtractor.create(autoDetectEncap(fiveTuple()))
const packet = extractor.extract(view)
extractor.dispose()

console.log(`time         ${view.timestamp.toISOString()}`)
console.log(`frame        ${view.frame.length} bytes of ${view.wireLength}`)
if (packet === undefined) {
  console.log('flow         none')
} else {
  console.log(`flow         ${packet.key}`)
  console.log(`orientation  ${packet.orientation}`)
  for (const { kind, id } of packet.encapsulations) console.log(`inside       ${kind} ${id ?? ''}`.trimEnd())
  if (packet.tcp) {
    const { flags, sequence, acknowledgement, window } = packet.tcp
    const names = Object.entries(TcpFlag).filter(([, bit]) => (flags & bit) !== 0)
    console.log(`tcp          ${names.map(([name]) => name).join(' ')}`)
    console.log(`sequence     ${sequence}, acknowledges ${acknowledgement}, window ${window}`)
  }
  if (packet.icmp) console.log(`icmp         type ${packet.icmp.type}, code ${packet.icmp.code}`)
  console.log(`payload      ${packet.payloadLength} bytes`)
  const [line] = new TextDecoder('latin1').decode(packet.payload).split('\r\n')
  if (line && /^[\x20-\x7e]+$/.test(line)) console.log(`             ${line}`)
}

/**
 * Packet `number` of a pcap file: draft-ietf-opsawg-pcap, sections 4 and 5.
 *
 * @param {Uint8Array} bytes
 * @param {number} number
 */
function readPacket(bytes, number) {
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  if (data.getUint32(0, true) !== 0xa1b2c3d4) throw new Error('not a little-endian pcap file with microseconds')
  const linkType = data.getUint32(20, true) & 0xffff
  let record = 24
  for (let i = 1; i < number; i++) record += 16 + data.getUint32(record + 8, true)
  const timestamp = new Timestamp(data.getUint32(record, true), 1000 * data.getUint32(record + 4, true))
  const captured = data.getUint32(record + 8, true)
  const wireLength = data.getUint32(record + 12, true)
  return new PacketView(bytes.subarray(record + 16, record + 16 + captured), timestamp, { linkType, wireLength })
}
