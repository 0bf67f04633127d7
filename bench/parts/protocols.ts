import { spawnSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { FlowExtractor, type FlowKey, fiveTuple, PacketView, type SessionParser, Timestamp } from '../../bindings/index'
import { dns } from '../../bindings/parsers/dns/index'
import { http } from '../../bindings/parsers/http/index'
import { tls } from '../../bindings/parsers/tls/index'
import type { DatagramParser } from '../../bindings/session/datagram-parser'
import { ipv4Udp } from '../../test/support/frames'
import { cheapest, hasProgram, projectFile, runNode } from '../child'
import { EXCHANGES, type Exchange, exchanges } from '../exchanges'
import { digits, heading, mebibytes, note, table } from '../report'
import { stopwatch, timingOf } from '../timing'
import { bigTrace, NO_TRACE } from '../trace'

const REPETITIONS = 7
const FLOWS = 60
/** Bytes that a repetition feeds at least. */
const LEAST_BYTES = 4_000_000
const SEED = 7
const PORT = 53

/** Fields that say of each message what ours say: who asked for what, and what came. */
const FIELDS =
  'frame.time_epoch tcp.stream udp.stream http.request.method http.request.uri http.host http.response.code ' +
  'http.content_length_header tls.handshake.type tls.handshake.extensions_server_name tls.handshake.ciphersuite ' +
  'tls.handshake.ja3 tls.handshake.ja3s dns.id dns.flags.rcode dns.qry.name dns.qry.type dns.a dns.aaaa dns.cname dns.time'

/** Programs that read the same protocols, each with what it is called with before and after the file's name. */
const PEERS: readonly (readonly [program: string, before: readonly string[], after: readonly string[]])[] = [
  [
    'tshark',
    ['-n', '-Y', 'http or tls or dns', '-T', 'fields', ...FIELDS.split(' ').flatMap((f) => ['-e', f]), '-r'],
    [],
  ],
  ['ndpiReader', ['-q', '-i'], []],
]

type AnyParser = SessionParser<unknown> | DatagramParser<unknown>

/**
 * Each parser alone, fed from memory, and all of them on a capture beside others: one of 200 MB, which takes a minute or
 * two, unless another is given or a gigabyte is asked for.
 */
export async function protocols(given: string | undefined, isLarge: boolean): Promise<void> {
  heading('Parsers alone, fed from memory')
  await alone()
  heading('Messages of a capture, whole processes')
  const trace = bigTrace(given, isLarge ? '1GB' : '200MB')
  if (trace === undefined) note(NO_TRACE)
  else pipeline(trace)
}

async function alone(): Promise<void> {
  using extractor = await FlowExtractor.create(fiveTuple())
  const frame = ipv4Udp('192.0.2.1:40000', `192.0.2.2:${PORT}`, 'x')
  const key = extractor.extract(new PacketView(frame, Timestamp.ZERO))?.key as FlowKey
  const [web, secure, [, names]] = [http(), tls(), dns()]
  const parsers: Record<keyof typeof EXCHANGES, () => AnyParser> = {
    http: () => web.create(key),
    tls: () => secure.create(key),
    dns: () => names.create(key),
  }
  const rows: string[][] = []
  for (const name of ['http', 'tls', 'dns'] as const) {
    for (const [title, make] of Object.entries(EXCHANGES[name])) {
      rows.push([`${name}, ${title}`, ...measure(exchanges(make, FLOWS, SEED), parsers[name])])
    }
  }
  table(['traffic', 'MB/s', 'messages/s', 'bytes a message', 'ns a piece'], rows)
  note('\nA piece is a segment or a datagram. What a parser asks to skip is not fed, but counts among its bytes, as it')
  note('does in a driver, where the core skips it.')
}

function measure(flows: readonly Exchange[], create: () => AnyParser): string[] {
  const pieces = flows.reduce((sum, flow) => sum + flow.length, 0)
  const bytes = flows.reduce((sum, flow) => sum + flow.reduce((total, piece) => total + piece.bytes.length, 0), 0)
  const rounds = Math.ceil(LEAST_BYTES / bytes)
  let messages = 0
  const run = () => {
    messages = 0
    for (let round = 0; round < rounds; round++) for (const flow of flows) messages += feed(flow, create())
  }
  run()
  const { least } = timingOf(Array.from({ length: REPETITIONS }, () => stopwatch(run)))
  const perSecond = (count: number) => count / (least / 1e9)
  return [
    digits(perSecond(bytes * rounds) / 1e6),
    messages === 0 ? '–' : digits(perSecond(messages)),
    messages === 0 ? '–' : digits((bytes * rounds) / messages),
    digits(least / (pieces * rounds)),
  ]
}

/** Feeds a flow as a driver does, but for what is skipped. @returns messages that came */
function feed(flow: Exchange, parser: AnyParser): number {
  const next = { initiator: 0, responder: 0 }
  let messages = 0
  for (const { side, bytes } of flow) {
    const offset = next[side]
    next[side] += bytes.length
    if (parser.isDone) continue
    const skipped = 'skipUntil' in parser ? Math.max((parser.skipUntil?.(side) ?? 0) - offset, 0) : 0
    if (skipped >= bytes.length) continue
    const wanted = skipped === 0 ? bytes : bytes.subarray(skipped)
    // Of datagrams the last argument is their length.
    const last = 'skipUntil' in parser ? offset + skipped : bytes.length
    for (const _ of parser.feed(side, wanted, Timestamp.ZERO, last) ?? []) messages++
  }
  return messages
}

function pipeline(trace: string): void {
  const gigabytes = statSync(trace).size / 1e9
  const cli = projectFile('build/cli.js')
  const bare = cheapest(1, () => runNode(['--eval', '']))
  note(`${trace}, ${digits(gigabytes)} GB; bare Node: ${mebibytes(bare.peak)} MiB.\n`)
  const runs: [string, string[]][] = [
    ['flowscope messages --format ndjson', [cli, 'messages', '--format', 'ndjson', trace]],
    ['for await (… of messages(file))', [projectFile('bench/children/messages.js'), trace]],
    ...['http', 'tls', 'dns'].map((name): [string, string[]] => [
      `flowscope messages --protocols ${name}`,
      [cli, 'messages', '--format', 'ndjson', '--protocols', name, trace],
    ]),
    ['flowscope flows --format ndjson', [cli, 'flows', '--format', 'ndjson', trace]],
  ]
  let own = 0
  const rows: string[][] = []
  for (const [label, args] of runs) {
    const { seconds, user, peak } = runNode(args)
    own ||= seconds
    rows.push([
      label,
      digits(seconds),
      digits(user),
      digits((gigabytes * 1000) / seconds),
      digits(seconds / own),
      mebibytes(peak - bare.peak),
    ])
  }
  const absent: string[] = []
  for (const [program, before, after] of PEERS) {
    if (!hasProgram(program)) {
      absent.push(program)
      continue
    }
    const seconds = run(program, [...before, trace, ...after])
    const label = [program, ...before.filter((part) => part.length < 20 && !part.includes('.') && part !== '-e')].join(
      ' ',
    )
    rows.push([label, digits(seconds), '–', digits((gigabytes * 1000) / seconds), digits(seconds / own), '–'])
  }
  table(['program', 's', 'user s', 'MB/s', 'times the first', 'MiB above bare Node'], rows)
  if (absent.length > 0) note(`\nSkipped, not installed: ${absent.join(', ')}.`)
}

function run(program: string, args: readonly string[]): number {
  const start = performance.now()
  const { status, stderr } = spawnSync(program, args, { stdio: ['ignore', 'ignore', 'pipe'], maxBuffer: 2 ** 30 })
  if (status !== 0) throw new Error(`${program}: ${stderr}`)
  return (performance.now() - start) / 1000
}
