// An access log out of a capture, much like the "combined" format of web servers: one line a response.
//
//   node examples/http-log.mjs [CAPTURE]
//
// Users who log in are not known to somebody who only listens: both their fields are "-".

import { messages } from 'flowscope'
import { http } from 'flowscope/http'

const capture = process.argv[2] ?? new URL('../test/fixtures/recorded/http-curl-nginx.pcap', import.meta.url)

/**
 * `10/Oct/2000:13:55:36 +0000`.
 *
 * @param {import('flowscope').Timestamp} timestamp
 */
function logTime(timestamp) {
  const [, day, month, year, time] = timestamp.toDate().toUTCString().split(' ')
  return `${day}/${month}/${year}:${time} +0000`
}

/** In quotes, which the text cannot leave. The parser has replaced what is not printable ASCII. */
function quoted(text = '-') {
  return `"${text.replace(/["\\]/g, '\\$&')}"`
}

for await (const { initiator, responder, message } of messages(capture, [http()])) {
  if (message.kind !== 'response') continue
  const { request, side, status, bodyBytes, startTime } = message
  const client = side === 'responder' ? initiator : responder
  const line = request && `${request.method} ${request.target} ${request.version}`
  const referer = request?.headers.get('referer')
  const agent = request?.headers.get('user-agent')
  const time = logTime(request?.startTime ?? startTime)
  console.log(
    `${client.address} - - [${time}] ${quoted(line)} ${status} ${bodyBytes} ${quoted(referer)} ${quoted(agent)}`,
  )
}
