// An extractor of one's own: one flow for each DNS transaction, instead of one for each pair of ports.
//
//   node examples/custom-extractor.mjs [CAPTURE]
//
// The function is called for every packet, which costs far more than the extractors of the core do. It reads what it
// needs out of the frame itself: here Ethernet, IPv4 and UDP, and from DNS the id. Without a CAPTURE, queries and
// answers between two hosts are read.

import { autoDetectEncap, customExtractor, FlowTracker, LinkType } from 'flowscope'

const ETHERNET_HEADER = 14
const ETHERTYPE_IPV4 = 0x0800
const UDP = 17
const UDP_HEADER = 8
const DNS_PORT = 53

const dnsTransaction = customExtractor(
  ({ frame, linkType }) => {
    if (linkType !== LinkType.Ethernet || frame.length < ETHERNET_HEADER + 20) return undefined
    const data = new DataView(frame.buffer, frame.byteOffset, frame.length)
    if (data.getUint16(12) !== ETHERTYPE_IPV4 || data.getUint8(ETHERNET_HEADER + 9) !== UDP) return undefined
    const udp = ETHERNET_HEADER + 4 * (data.getUint8(ETHERNET_HEADER) & 0x0f)
    if (frame.length < udp + UDP_HEADER + 2) return undefined

    const isQuery = data.getUint16(udp + 2) === DNS_PORT
    if (!isQuery && data.getUint16(udp) !== DNS_PORT) return undefined
    // Both directions must give the same key: the client's address and port, the server's address, the id.
    const source = frame.subarray(ETHERNET_HEADER + 12, ETHERNET_HEADER + 16)
    const destination = frame.subarray(ETHERNET_HEADER + 16, ETHERNET_HEADER + 20)
    const port = isQuery ? frame.subarray(udp, udp + 2) : frame.subarray(udp + 2, udp + 4)
    const id = frame.subarray(udp + UDP_HEADER, udp + UDP_HEADER + 2)
    const ends = isQuery ? [source, port, destination] : [destination, port, source]
    return {
      key: Uint8Array.from([...ends, id].flatMap((bytes) => [...bytes])),
      orientation: isQuery ? 'forward' : 'reverse',
      protocol: 'udp',
    }
  },
  {
    format: (key) => {
      const data = new DataView(key.buffer, key.byteOffset, key.length)
      const client = `${key.subarray(0, 4).join('.')}:${data.getUint16(4)}`
      return `${client} asks ${key.subarray(6, 10).join('.')} 0x${data.getUint16(10).toString(16).padStart(4, '0')}`
    },
  },
)

const capture = process.argv[2] ?? new URL('../test/fixtures/generated/dns_queries.pcap', import.meta.url)

const tracker = await FlowTracker.create(autoDetectEncap(dnsTransaction))

for await (const event of tracker.events(capture)) {
  if (event.kind !== 'ended') continue
  const { packets, responder } = event.stats
  console.log(`${event.key}: ${packets} packets, ${responder.packets === 0 ? 'one way' : 'both ways'}`)
}
console.log(`${tracker.stats.packetsUnmatched} packets of no transaction`)
tracker.dispose()
