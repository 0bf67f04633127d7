// The DNS questions of a capture, each with its answer and how long that took, or that there was none.
//
//   node examples/dns-log.mjs [CAPTURE] [SECONDS]
//
// A query counts as unanswered after SECONDS of the capture's time (5), or when its flow ends.

import { formatEndpoint, messages } from 'flowscope'
import { dns } from 'flowscope/dns'

const capture = process.argv[2] ?? new URL('../test/fixtures/generated/dns_queries.pcap', import.meta.url)
const queryTimeoutSeconds = Number(process.argv[3] ?? 5)

const totals = { query: 0, response: 0, unanswered: 0 }
/** Of answers, in microseconds. @type {number[]} */
const times = []

for await (const { message, initiator, responder } of messages(capture, [dns({ queryTimeoutSeconds })])) {
  totals[message.kind]++
  // Its response comes later, or that there was none.
  if (message.kind === 'query') continue
  const asked = message.questions.map(({ name, type }) => `${name} ${type}`).join(', ') || 'no question'
  const who = `${formatEndpoint(initiator)} -> ${formatEndpoint(responder)} ${message.transport}`
  const what = message.kind === 'unanswered' ? `unanswered (${message.reason})` : answerOf(message)
  console.log(`${message.timestamp.toISOString()} ${who} ${asked}: ${what}`)
}

times.sort((a, b) => a - b)
console.log(`${totals.query} queries, ${totals.response} responses, ${totals.unanswered} unanswered`)
if (times.length > 0) console.log(`time to answer: median ${times[times.length >> 1]} us, at most ${times.at(-1)} us`)

/**
 * The answer, and the time since the query where that was seen: exact to the nanosecond, shown in microseconds.
 *
 * @param {import('flowscope/dns').DnsResponse} response
 */
function answerOf({ rcode, answers, rttNs }) {
  const found = answers.map(({ data, type }) => data ?? type).join(', ') || 'nothing'
  if (rttNs === undefined) return `${rcode} ${found}`
  const microseconds = rttNs / 1000
  times.push(microseconds)
  return `${rcode} ${found} after ${microseconds} us`
}
