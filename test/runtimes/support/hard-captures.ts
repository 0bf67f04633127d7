import { clientHello, extension, record } from '../../bindings/parsers/tls/build'
import { everyNanoseconds, pcap } from '../../support/captures'
import { Conversation } from '../../support/conversation'
import { dnsQuery } from '../../support/dns'
import { ipv4Udp } from '../../support/frames'

const FILE_HEADER = 24
const RECORD_HEADER = 16
/** In a record: the source address and port of UDP over IPv4 over Ethernet. */
const SOURCE = RECORD_HEADER + 26
const SOURCE_PORT = RECORD_HEADER + 34

/** A capture of so many flows of UDP, of one to three packets each, all different. */
export function manyFlows(flows: number, payload = 40): Uint8Array {
  const one = pcap(everyNanoseconds(0n, [ipv4Udp('10.0.0.1:40000', '192.0.2.1:9999', 'x'.repeat(payload))]))
  const header = one.subarray(0, FILE_HEADER)
  const packet = one.subarray(FILE_HEADER)
  const counts = Array.from({ length: flows }, (_, flow) => packetsOf(flow))
  const packets = counts.reduce((sum, count) => sum + count, 0)
  const capture = new Uint8Array(FILE_HEADER + packets * packet.length)
  capture.set(header)
  const view = new DataView(capture.buffer)
  let at = FILE_HEADER
  for (const [flow, count] of counts.entries()) {
    for (let i = 0; i < count; i++, at += packet.length) {
      capture.set(packet, at)
      view.setUint32(at, Math.floor(at / 1e6), true)
      view.setUint32(at + 4, at % 1e6, true)
      view.setUint32(at + SOURCE, 0x0a00_0000 + flow)
      view.setUint16(at + SOURCE_PORT, 1024 + (flow % 50_000))
    }
  }
  return capture
}

/** Packets of a flow of {@link manyFlows}, by its number, the first 0. */
export const packetsOf = (flow: number) => 1 + (flow % 3)

/** Names that would run, load or hide something, were they markup or trusted. */
export const HOSTILE = {
  host: '<img src=/x onerror=pwned("host")>.example',
  target: '/"><script>pwned("target")</script>',
  value: '</pre><iframe srcdoc="<script>pwned(1)</script>"></iframe>',
  sni: '<svg/onload=pwned("tls")>',
  label: '<svg/onload=pwned()>',
} as const

/** A capture in which they stand wherever names stand. */
export function hostileNames(): Uint8Array {
  const web = new Conversation('10.0.0.1:40000', '10.0.0.2:80')
  const request = `GET ${HOSTILE.target} HTTP/1.1\r\nHost: ${HOSTILE.host}\r\nX-Value: ${HOSTILE.value}\r\n\r\n`
  const response = 'HTTP/1.1 200 <b onclick=pwned()>OK</b>\r\nContent-Length: 0\r\n\r\n'
  const secure = new Conversation('10.0.0.1:40001', '10.0.0.2:443')
  const hello = Uint8Array.from(record(22, clientHello({ extensions: [extension.sni(HOSTILE.sni)] })))
  const frames = [
    ...web.open(),
    web.send('initiator', request),
    web.send('responder', response),
    ...web.close(),
    ...secure.open(),
    secure.send('initiator', hello),
    ...secure.close(),
    ipv4Udp('10.0.0.1:40002', '10.0.0.3:53', dnsQuery(1, `${HOSTILE.label}.example`)),
  ]
  return pcap(everyNanoseconds(1_000_000n, frames))
}

/** The same capture with the length of one packet made impossible. @returns where as well */
export function damaged(capture: Uint8Array, after: number): { capture: Uint8Array; offset: number } {
  const copy = Uint8Array.from(capture)
  const view = new DataView(copy.buffer)
  let offset = FILE_HEADER
  while (offset < after) offset += RECORD_HEADER + view.getUint32(offset + 8, true)
  view.setUint32(offset + 8, 0xffff_ffff, true)
  return { capture: copy, offset }
}
