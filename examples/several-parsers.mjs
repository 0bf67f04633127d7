// Several parsers at once: one bound to a port, one found by its first bytes, one for datagrams. All messages come out
// in the order of the capture, each with the name of its parser.
//
//   node examples/several-parsers.mjs [CAPTURE...]

import { Driver, datagramParser, sessionParser } from 'flowscope'
import { lengthPrefixed } from './length-prefixed-parser.mjs'

const fixtures = ['generated/length_prefixed.pcap', 'generated/http_session.pcap', 'generated/dns_queries.pcap']
const captures =
  process.argv.length > 2
    ? process.argv.slice(2)
    : fixtures.map((file) => new URL(`../test/fixtures/${file}`, import.meta.url))

const ascii = new TextDecoder('latin1')

/** Characters that are waited for at most. */
const LONGEST_LINE = 8192

/** Only the first line of each side of a connection whose first bytes look like HTTP, whatever its port. */
const firstLines = sessionParser({
  name: 'first-line',
  signature: (bytes) => (bytes.length < 5 ? undefined : /^(GET |HTTP\/)/.test(ascii.decode(bytes.subarray(0, 5)))),
  create: () => {
    const done = { initiator: false, responder: false }
    const text = { initiator: '', responder: '' }
    return {
      // Bytes come in pieces of any size: a line may need several.
      feed(side, bytes) {
        if (done[side]) return []
        text[side] += ascii.decode(bytes)
        const end = text[side].indexOf('\r\n')
        done[side] = end >= 0 || text[side].length > LONGEST_LINE
        return end < 0 ? [] : [text[side].slice(0, end)]
      },
      // Nothing behind the first line is wanted: it costs nothing more.
      skipUntil: (side) => (done[side] ? Number.POSITIVE_INFINITY : 0),
    }
  },
})

const datagrams = datagramParser({
  name: 'port-53',
  ports: [53],
  create: () => ({ feed: (_side, payload) => [`${payload.length} bytes`] }),
})

const driver = await Driver.create({ parsers: [lengthPrefixed(), firstLines, datagrams] })
for (const capture of captures) {
  for await (const event of driver.events(capture)) {
    if (event.kind !== 'message') continue
    const text = event.protocol === 'length-prefixed' ? `${event.message.body.length} bytes` : event.message
    console.log(`${event.flow} ${event.protocol} ${event.side}: ${text}`)
  }
}
driver.dispose()
