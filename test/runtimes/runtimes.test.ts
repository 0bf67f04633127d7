import { createHash } from 'node:crypto'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { fixtures } from '../support/fixtures'
import { RUNTIMES } from './support/all'
import { type Packed, packedPackage } from './support/packed'
import type { Run, Runtime } from './support/runtime'
import { bundle, loadedSize, WHOLE_LIBRARY } from './support/sizes'
import { suiteProject } from './support/suite'
import { RESULTS, readTable } from './support/table'
import { installTools } from './support/tools'

/** The most that a runtime may take, its bundler included, in milliseconds. */
const LIMIT = 180_000

const missingTools = await installTools()

rmSync(RESULTS, { recursive: true, force: true })
mkdirSync(RESULTS, { recursive: true })

let packed: Packed
/** What this very process answers. */
let expected: Readonly<Record<string, string>>

/** What a runtime should answer. */
function expectedOf({ hasWorkers }: Runtime): Readonly<Record<string, string>> {
  const isThere = ([name]: [string, string]) => hasWorkers || !name.startsWith('events of workers')
  return Object.fromEntries(Object.entries(expected).filter(isThere))
}

beforeAll(async () => {
  packed = await packedPackage()
  const project = await suiteProject(packed, 'reference')
  const load = (file: string) => import(/* @vite-ignore */ pathToFileURL(join(project, file)).href)
  const modules = ['answers.mjs', 'worker-cases.mjs', 'captures.mjs'].map(load)
  const [{ answersOf }, { runWorkerCases }, { captures }] = await Promise.all(modules)
  expected = (await answersOf(captures(), runWorkerCases)).answers
}, LIMIT)

/** A driver stops reading streams that no parser wants. How far the core is ahead by then depends on the chunks. */
const withoutStops = (lines: string) => lines.replaceAll(/"deliveredBytes":\d+,|,"stopped":"done"/g, '')

describe('the suite', () => {
  const lines = (name: string) => expected[name]?.trimEnd().split('\n') ?? []

  it('answers what is known of its captures', () => {
    expect(lines('flows, recorded/loopback-mix.pcap')).toHaveLength(34)
    expect(lines('messages, recorded/loopback-mix.pcap')).toHaveLength(82)
    expect(lines('what is in a packet, recorded/loopback-mix.pcap')).toHaveLength(224)
    expect(lines('a capture cut short, generated/http_session.pcap').at(-1)).toContain('"code":"truncated"')
    const [request] = lines('streams of bytes, generated/http_session.pcap')
    const text = Buffer.from(fixtures['http_session.pcap']?.() ?? [])
      .toString('latin1')
      .match(/GET .*?\r\n\r\n/s)?.[0]
    expect(request).toContain(
      createHash('sha256')
        .update(text ?? '')
        .digest('hex'),
    )
  })

  it('answers the same whether one worker has the driver or two share it', () => {
    const shared = Object.entries(expected).filter(([name]) => name.startsWith('events of workers, 2,'))
    expect(shared.length).toBeGreaterThan(5)
    for (const [name, answer] of shared) expect(answer, name).toBe(expected[name.replace(', 2,', ', 1,')])
  })

  it('answers the same however a capture is cut into chunks', () => {
    const chunked = Object.entries(expected).filter(([name]) => / in (?!a packet)/.test(name))
    expect(chunked.length).toBeGreaterThan(100)
    for (const [name, answer] of chunked) {
      const whole = expected[name.replace(/ in (?!a packet).*/, '')] ?? ''
      expect(withoutStops(answer), name).toBe(withoutStops(whole))
    }
  })
})

describe.each(RUNTIMES)('$name', (runtime) => {
  const missing = missingTools ?? runtime.missing()

  it(`has the platform ${runtime.platform}`, async () => {
    const { inputs } = await bundle(packed, WHOLE_LIBRARY, runtime.conditions)
    expect(inputs.filter((file) => file.includes('/platform-'))).toEqual([`build/platform-${runtime.platform}.js`])
  })

  it.skipIf(missing)(missing ? `is not tried: ${missing}` : 'answers as Node does', { timeout: LIMIT }, async () => {
    const run = await runtime.run(packed)
    const wanted = expectedOf(runtime)
    const passed = Object.keys(wanted).filter((name) => run.answers[name] === wanted[name])
    await note(run, passed.length)
    expect(run.answers).toEqual(wanted)
  })

  it('stands in docs/runtimes.md, which `npm run runtimes` writes', () => {
    const count = Object.keys(expectedOf(runtime)).length
    const row = { runtime: runtime.name, 'how the core is loaded': runtime.loading, cases: `${count} of ${count}` }
    expect(readTable()).toContainEqual(expect.objectContaining(row))
  })

  /** Leaves what `npm run runtimes` puts into the documentation. */
  async function note({ version, startUp }: Run, passed: number) {
    const row = {
      runtime: runtime.name,
      version,
      'how the core is loaded': runtime.loading,
      cases: `${passed} of ${Object.keys(expectedOf(runtime)).length}`,
      'start-up': `${Math.round(startUp)} ms`,
      size: `${((await loadedSize(packed, runtime.conditions)) / 1000).toFixed(1)} kB`,
    }
    writeFileSync(join(RESULTS, `${RUNTIMES.indexOf(runtime)}.json`), JSON.stringify(row))
  }
})
