/**
 * Gives parsers broken messages: recorded ones with bytes changed, cut out, put in or missing, in random pieces.
 *
 *     npx tsx scripts/fuzz-parsers.ts tls|dns|x509 [cases] [seed]
 *
 * The same seed gives the same cases. A throw ends it and names the case, as does a session that does not come to its end.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { argv } from 'node:process'
import type { FlowKey, SessionParser } from '../bindings'
import { Timestamp } from '../bindings'
import { decodeMessage, dns } from '../bindings/parsers/dns/index'
import { tls } from '../bindings/parsers/tls/index'
import { decodeCertificate } from '../bindings/parsers/x509/index'
import { type Stream, streamsOf } from '../test/support/replay'

const RECORDED = 'test/fixtures/recorded'
const CERTIFICATES = 'test/fixtures/certificates'

/** Bytes of a side that a case begins with: hellos and certificates stand at the beginning. */
const MOST_BYTES = 2500

const [subject, cases = '1000000', seed = '1'] = argv.slice(2)
const CASES = Number(cases)

let state = Number(seed) >>> 0
/** An integer below the bound. */
function below(bound: number): number {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
  return Math.floor((state / 2 ** 32) * bound)
}

function broken(bytes: Uint8Array): Uint8Array {
  let result = Uint8Array.from(bytes)
  for (let i = below(6); i > 0 && result.length > 0; i--) {
    const at = below(result.length)
    const length = 1 + below(8)
    switch (below(4)) {
      case 0:
        result[at] = below(256)
        break
      case 1:
        result[at] = (result[at] ?? 0) ^ (1 << below(8))
        break
      case 2:
        result = result.copyWithin(at, at + length).subarray(0, Math.max(at, result.length - length))
        break
      default: {
        const longer = new Uint8Array(result.length + length)
        longer.set(result.subarray(0, at))
        for (let k = 0; k < length; k++) longer[at + k] = below(256)
        longer.set(result.subarray(at), at + length)
        result = longer
      }
    }
  }
  return result
}

/** Feeds a broken stream, in pieces and with holes; returns how many answers came. */
function session(parser: SessionParser<unknown>, { calls }: Stream): number {
  let answers = 0
  const count = (answer: Iterable<unknown> | undefined) => {
    for (const _ of answer ?? []) answers++
  }
  const fed = { initiator: 0, responder: 0 }
  for (const call of calls) {
    if (call.kind !== 'feed' || parser.isDone || fed[call.side] > MOST_BYTES) continue
    const { side, timestamp } = call
    const bytes = broken(call.bytes.subarray(0, MOST_BYTES))
    for (let at = 0; at < bytes.length && !parser.isDone; ) {
      const length = 1 + below(below(20) === 0 ? 4 : bytes.length)
      if (below(40) === 0) parser.gap?.(side, { offset: fed[side], length, reason: 'timeout' }, timestamp)
      else count(parser.feed(side, bytes.subarray(at, at + length), timestamp, fed[side]))
      at += length
      fed[side] += length
    }
  }
  for (const side of ['initiator', 'responder'] as const) {
    if (!parser.isDone) count(parser.fin?.(side, Timestamp.ZERO, fed[side], 'fin'))
  }
  if (!parser.isDone) throw new Error('the parser does not come to an end')
  return answers
}

async function recordedStreams(...files: string[]): Promise<Stream[]> {
  return (await Promise.all(files.map((file) => streamsOf(`${RECORDED}/${file}`)))).flat()
}

const pcapsOf = (folder: string) => readdirSync(`${RECORDED}/${folder}`).filter((file) => file.endsWith('.pcap'))

/** One case after another: each gives how much came of it. */
const SUBJECTS: Readonly<Record<string, () => Promise<() => number>>> = {
  async tls() {
    const streams = await recordedStreams(...pcapsOf('tls').map((file) => `tls/${file}`))
    return () => {
      const stream = streams[below(streams.length)] as Stream
      const options = below(4) === 0 ? {} : { ja3: false, ja4: false }
      return session(tls({ maxHandshakeBytes: 4096, searchBytes: 2000, ...options }).create(stream.key), stream)
    }
  },
  async dns() {
    const streams = await recordedStreams('dns/tcp.pcap', 'dns/edns.pcap', 'dns-dig-dnsmasq.pcap')
    const messages = streams.flatMap(({ calls }) =>
      calls.flatMap((call) => (call.kind === 'feed' && call.bytes.length > 2 ? [call.bytes.subarray(2, 1500)] : [])),
    )
    const services = ['dns', 'mdns', 'llmnr'] as const
    return () => {
      if (below(8) === 0) {
        const stream = streams[below(streams.length)] as Stream
        return session(dns({ maxSearch: 2000, maxPending: 3 })[0].create(stream.key as FlowKey), stream)
      }
      const bytes = broken(messages[below(messages.length)] as Uint8Array)
      const carrier = { transport: 'udp', service: services[below(3)] ?? 'dns' } as const
      return decodeMessage(bytes, carrier, Timestamp.ZERO)?.answers.length ?? 0
    }
  },
  async x509() {
    const files = readdirSync(CERTIFICATES).filter((file) => file.endsWith('.der'))
    const certificates = files.map((file) => Uint8Array.from(readFileSync(`${CERTIFICATES}/${file}`)))
    return () => Number(decodeCertificate(broken(certificates[below(certificates.length)] as Uint8Array)) !== undefined)
  },
}

const prepare = SUBJECTS[subject ?? '']
if (!prepare) throw new Error(`usage: fuzz-parsers.ts ${Object.keys(SUBJECTS).join('|')} [cases] [seed]`)
const one = await prepare()
const start = performance.now()
let answers = 0
for (let i = 0; i < CASES; i++) {
  const before = state
  try {
    answers += one()
  } catch (error) {
    console.error(`case ${i}, which seed ${before} begins with`)
    throw error
  }
}
const seconds = (performance.now() - start) / 1000
console.log(`${CASES} cases of ${subject}, ${answers} answers, no throw, ${seconds.toFixed(1)} s`)
