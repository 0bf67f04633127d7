// The messages of a protocol of one's own, an arrow and the size of each.
//
//   node examples/length-prefixed.mjs [CAPTURE]

import { messages } from 'flowscope'
import { lengthPrefixed } from './length-prefixed-parser.mjs'

const capture = process.argv[2] ?? new URL('../test/fixtures/generated/length_prefixed.pcap', import.meta.url)

for await (const { side, message } of messages(capture, [lengthPrefixed()])) {
  const text = message.body.length > 20 ? '…' : new TextDecoder().decode(message.body)
  console.log(`${side === 'initiator' ? '->' : '<-'} ${message.body.length} bytes ${text}`)
}
