import { messages } from 'flowscope'
import { dns } from 'flowscope/dns'
import { http } from 'flowscope/http'
import { tls } from 'flowscope/tls'

/** What an application says of a message. */
export const lineOf = ({ protocol, flow, side, timestamp }) => `${flow} ${timestamp} ${side} ${protocol}\n`

/** What an application does with a capture: a line for each message. */
export async function track(capture) {
  let lines = ''
  for await (const message of messages(capture, [http(), tls(), dns()])) lines += lineOf(message)
  return lines
}
