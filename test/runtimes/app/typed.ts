// What a user of TypeScript may write: types follow from what is called.

import {
  Driver,
  type EndedEvent,
  FlowTracker,
  fiveTuple,
  flows,
  load,
  messages,
  PacketView,
  Timestamp,
} from 'flowscope'
import core from 'flowscope/core.wasm'
import { type DnsMessage, dns } from 'flowscope/dns'
import { http } from 'flowscope/http'
import { tls } from 'flowscope/tls'

export async function summarize(capture: Uint8Array): Promise<(string | number | undefined)[]> {
  await load(core)
  const found: (string | number | undefined)[] = []
  for await (const flow of flows(capture)) found.push(flow.key.a.port, flow.stats.bytes, flow.reason)
  for await (const { protocol, message } of messages(capture, [http(), tls(), dns()])) {
    if (protocol === 'tls' && message.kind === 'client_hello') found.push(message.sni, message.ja4)
    if (protocol === 'http' && message.kind === 'request') found.push(message.target)
    if (protocol === 'dns') found.push(nameOf(message))
  }
  return found
}

const nameOf = (message: DnsMessage): string | undefined => message.questions[0]?.name

export async function track(frame: Uint8Array): Promise<EndedEvent[]> {
  const tracker = await FlowTracker.create(fiveTuple(), { maxFlows: 10 })
  tracker.track(new PacketView(frame, Timestamp.now()))
  const ended = tracker.finish().filter((event) => event.kind === 'ended')
  tracker.dispose()
  return ended
}

export async function count(frames: readonly Uint8Array[]): Promise<number> {
  const driver = await Driver.create({ parsers: [http(), dns()] })
  let requests = 0
  for (const frame of frames) {
    for (const event of driver.track(new PacketView(frame, Timestamp.now()))) {
      if (event.kind === 'message' && event.protocol === 'http' && event.message.kind === 'request') requests++
    }
  }
  driver.dispose()
  return requests
}
