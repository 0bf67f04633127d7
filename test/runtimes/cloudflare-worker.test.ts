import { readFileSync } from 'node:fs'
import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import ts from 'typescript'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { hoardingCapture } from '../support/hoarding-capture'
import { ROOT, runNode } from '../support/programs'
import { type RepeatedCapture, repeatedCapture } from '../support/repeated-capture'
import { packedPackage, projectCopy } from './support/packed'
import { installTools } from './support/tools'
import { bundleConfigured, missingWorkerd } from './support/workerd'
import { type LimitedWorker, startLimitedWorker } from './support/workerd-limited'

// examples/cloudflare-worker, as wrangler bundles it, in workerd.

const missing = (await installTools()) ?? missingWorkerd()
const runs = (what: string) => (missing ? `is not tried: ${missing}` : what)

/** The most that a large capture may take, in milliseconds. */
const LIMIT = 300_000

const MIB = 1024 * 1024

/** What a Worker may have. */
const WORKER_MEMORY = 128 * MIB

/** MiB of it for objects. V8 ends the process when they need more: then these tests fail. */
const HEAP = 40

const CAPTURE = 'test/fixtures/recorded/loopback-mix.pcap'
const PACKETS = 224
const FLOWS = 34
const MESSAGES = 82

const bytes = new Uint8Array(readFileSync(join(ROOT, CAPTURE)))

const linesOf = (text: string) => text.trimEnd().split('\n')

/** A configuration of wrangler: JSON with comments. */
function configuration() {
  const { config } = ts.readConfigFile(join(ROOT, 'examples/cloudflare-worker/wrangler.jsonc'), ts.sys.readFile)
  return config as { main: string; compatibility_date: string; vars: Record<string, number> }
}

let script: string
let worker: LimitedWorker

beforeAll(async () => {
  if (missing) return
  const project = await projectCopy(await packedPackage(), 'cloudflare-worker')
  for (const name of ['edge', 'cloudflare-worker']) {
    await cp(join(ROOT, 'examples', name), join(project, 'examples', name), { recursive: true })
  }
  script = await bundleConfigured(join(project, 'examples/cloudflare-worker'), configuration().main)
}, LIMIT)

function post(path: string, body: BodyInit): Promise<Response> {
  // What sends a stream says so; the types of this library do not know it yet.
  const options: RequestInit & { duplex: 'half' } = { method: 'POST', body, duplex: 'half' }
  return fetch(new URL(path, worker.url), options)
}

/** Sends a capture while it is made, and counts the lines of the answer, which are not kept. */
async function stream(path: string, { stream }: RepeatedCapture) {
  const response = await post(path, stream)
  expect(response.status).toBe(200)
  const decoder = new TextDecoder()
  let count = 0
  let rest = ''
  let last = ''
  for await (const chunk of response.body as AsyncIterable<Uint8Array> & ReadableStream<Uint8Array>) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    last = lines.at(-1) ?? last
    count += lines.length
  }
  return { count, summary: JSON.parse(last) }
}

describe.skipIf(missing)('examples/cloudflare-worker', () => {
  beforeEach(async () => {
    const { compatibility_date: compatibilityDate, vars } = configuration()
    // As much time as a busy machine needs.
    const bindings = { ...vars, MAX_SECONDS: LIMIT / 1000 }
    worker = await startLimitedWorker(script, { bindings, compatibilityDate, heap: HEAP })
  })

  afterEach(() => worker[Symbol.asyncDispose]())

  it.each(['flows', 'messages'])(runs('answers with the lines of %s that the command line prints'), async (path) => {
    const response = await post(path, bytes)
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/x-ndjson'])
    const { stdout } = await runNode('build/cli.js', path, '--format', 'ndjson', CAPTURE)
    expect(linesOf(await response.text()).slice(0, -1)).toEqual(linesOf(stdout).slice(0, -1))
  })

  it.each(['gz', 'zst'])('reads what is compressed, .%s', async (suffix) => {
    const compressed = await post('flows', readFileSync(join(ROOT, `${CAPTURE}.${suffix}`)))
    expect(await compressed.text()).toBe(await (await post('flows', bytes)).text())
  })

  it('has a status for what it cannot answer', async () => {
    const asked = [
      fetch(new URL('other', worker.url), { method: 'POST', body: bytes }),
      fetch(new URL('flows', worker.url)),
      fetch(new URL('flows', worker.url), { method: 'POST' }),
      post('flows', 'this is no capture, but it is long enough to be told apart from one'),
    ]
    expect((await Promise.all(asked)).map(({ status }) => status)).toEqual([404, 405, 400, 422])
  })

  it('streams 300 MB of flows in the memory that it has', { timeout: LIMIT }, async () => {
    const capture = repeatedCapture(bytes, 300_000_000)
    const { count, summary } = await stream('flows', capture)
    const rounds = capture.rounds()
    expect([count, summary.packets, summary.flows]).toEqual([rounds * FLOWS + 1, rounds * PACKETS, rounds * FLOWS])
    expect(rounds).toBeGreaterThan(4500)
    expectMemory()
  })

  it('streams 140 MB of messages in the memory that it has', { timeout: LIMIT }, async () => {
    const capture = repeatedCapture(bytes, 140_000_000)
    const { count, summary } = await stream('messages', capture)
    expect([count, summary.damage]).toEqual([capture.rounds() * MESSAGES + 1, undefined])
    expectMemory()
  })

  it('gets by with it where every stream is left in the middle of what parsers wait for', {
    timeout: LIMIT,
  }, async () => {
    const capture = repeatedCapture(hoardingCapture(), 140_000_000)
    const { summary } = await stream('messages', capture)
    expect([summary.flows, summary.damage]).toEqual([capture.rounds() * 4, undefined])
    expectMemory()
  })

  /** V8's limit is the sharper one. The peak tells of WebAssembly and buffers, which V8 does not limit. */
  function expectMemory() {
    expect(worker.isAlive()).toBe(true)
    const peak = worker.peak()
    if (peak !== undefined) expect(peak - worker.idle).toBeLessThan(WORKER_MEMORY)
  }
})
