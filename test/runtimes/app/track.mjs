import { messages } from 'flowscope'
import { dns } from 'flowscope/dns'
import { http } from 'flowscope/http'
import { tls } from 'flowscope/tls'

/** What an application does with a capture: a line for each message. */
export async function track(capture) {
  let lines = ''
  for await (const { protocol, flow, side, timestamp } of messages(capture, [http(), tls(), dns()])) {
    lines += `${flow} ${timestamp} ${side} ${protocol}\n`
  }
  return lines
}
