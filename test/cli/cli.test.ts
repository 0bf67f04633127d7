// The built program as its users run it.

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { everyNanoseconds, pcap } from '../support/captures'
import { ipv4Tcp, ipv4Udp } from '../support/frames'

/** Where it is set, a missing build fails. */
const { CI } = process.env
const { bin, version } = JSON.parse(readFileSync('package.json', 'utf8'))
const HTTP = 'test/fixtures/generated/http_session.pcap'
const DNS = 'test/fixtures/generated/dns_queries.pcap'
const MIXED = 'test/fixtures/generated/mixed_short.pcap'

const children = new Set<ChildProcessWithoutNullStreams>()

function start(...argv: string[]): ChildProcessWithoutNullStreams {
  const child = spawn(process.execPath, [bin.flowscope, ...argv])
  // What reads little closes early, and is not surprised when the writer goes on.
  child.stdin.on('error', () => {})
  children.add(child)
  child.on('close', () => children.delete(child))
  return child
}

/** What a child prints until it ends. */
async function outcome(child: ChildProcessWithoutNullStreams) {
  let [out, err] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text
  })
  const [status, signal] = await once(child, 'close')
  return { status, signal, out, err }
}

async function call(argv: readonly string[], input?: Uint8Array) {
  const child = start(...argv)
  child.stdin.end(input)
  return await outcome(child)
}

function parse(text: string) {
  expect(text.endsWith('\n')).toBe(true)
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
}

/** Waits until the child has printed this many lines; gives up after ten seconds. */
async function printed(child: ChildProcessWithoutNullStreams, lines: number): Promise<string> {
  let text = ''
  child.stdout.on('data', (piece) => {
    text += piece
  })
  for (let i = 0; i < 500 && text.split('\n').length <= lines; i++) await wait(20)
  return text
}

/** UDP flows of one packet each, `step` nanoseconds apart. */
function manyFlows(count: number, step = 1_000n): Uint8Array {
  const frames = Array.from({ length: count }, (_, i) =>
    ipv4Udp(`10.${i >> 16}.${(i >> 8) & 255}.${i & 255}:1000`, '10.0.0.1:53', 'x'),
  )
  return pcap(everyNanoseconds(step, frames, 1_000_000_000n))
}

describe.skipIf(!existsSync(bin.flowscope) && CI === undefined)('the command line', { timeout: 30_000 }, () => {
  let folder: string

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'flowscope-'))
  })

  afterEach(() => {
    for (const child of children) child.kill('SIGKILL')
  })

  afterAll(() => {
    rmSync(folder, { recursive: true })
  })

  function file(name: string, bytes: Uint8Array): string {
    const path = join(folder, name)
    writeFileSync(path, bytes)
    return path
  }

  it('knows its version', async () => {
    expect(await call(['--version'])).toMatchObject({ status: 0, out: `${version}\n`, err: '' })
  })

  it('prints flows as lines, and the summary last', async () => {
    const { status, out, err } = await call(['flows', '--format', 'ndjson', HTTP])
    expect([status, err]).toEqual([0, ''])
    const [flow, summary] = parse(out)
    expect(flow).toMatchObject({ type: 'flow', flow: 1, protocol: 'tcp', end_reason: 'fin', state: 'closed' })
    expect(summary).toMatchObject({ type: 'summary', captures: 1, packets: 10, flows: 1, unmatched_packets: 0 })
    expect(summary).not.toHaveProperty('damage')
  })

  it('prints only the summary when asked for it', async () => {
    const { out } = await call(['--format', 'ndjson', HTTP])
    expect(parse(out).map(({ type }) => type)).toEqual(['summary'])
  })

  it('prints rows and the screen without a control character', async () => {
    const { status, out, err } = await call(['flows', MIXED])
    expect([status, err]).toEqual([0, ''])
    expect(out).toMatch(/^ +FLOW START/)
    expect(out).toMatch(/\n\n test\/fixtures\/generated\/mixed_short\.pcap\n/)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that there are none is the point
    expect(out).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/)
  })

  it('reads several captures as one, and numbers flows across', async () => {
    const { status, out } = await call(['flows', '--format', 'ndjson', HTTP, DNS, MIXED])
    const lines = parse(out)
    const summary = lines.pop()
    expect(status).toBe(0)
    expect(summary).toMatchObject({ captures: 3, packets: 23, flows: lines.length })
    expect(lines.map(({ flow }) => flow).sort((a, b) => a - b)).toEqual(lines.map((_, i) => i + 1))
  })

  it('takes a flow that goes on in the next capture for one', async () => {
    const frames = [1, 2].map((i) => ipv4Udp('10.0.0.1:1000', '10.0.0.2:53', 'x'.repeat(i)))
    const [first, second] = frames.map((frame, i) =>
      file(`part-${i}.pcap`, pcap(everyNanoseconds(1n, [frame], BigInt(i) * 1_000_000_000n))),
    )
    const [flow, summary] = parse((await call(['flows', '--format', 'ndjson', first ?? '', second ?? ''])).out)
    expect(flow).toMatchObject({ packets_initiator: 2, payload_bytes_initiator: 3 })
    expect(summary).toMatchObject({ captures: 2, flows: 1 })
  })

  it('obeys the options', async () => {
    const capture = file('idle.pcap', manyFlows(3, 10_000_000_000n))
    const reasons = async (...options: string[]) =>
      parse((await call(['flows', '--format', 'ndjson', ...options, capture])).out).map((line) => line.end_reason)
    expect(await reasons()).toEqual(['end_of_capture', 'end_of_capture', 'end_of_capture', undefined])
    expect(await reasons('--idle-udp', '5')).toEqual(['idle_timeout', 'idle_timeout', 'end_of_capture', undefined])
    expect(await reasons('--max-flows', '1')).toEqual(['evicted', 'evicted', 'end_of_capture', undefined])
    const { out } = await call(['flows', '--format', 'ndjson', '--history', 'crate', HTTP])
    expect(parse(out)[0].history).toBe('SsDdFf')
  })

  describe('of a damaged capture', () => {
    const whole = readFileSync(HTTP)
    const cut = whole.subarray(0, whole.length - 10)

    it('prints what stands before, and says on standard error where and what', async () => {
      const path = file('cut.pcap', cut)
      const { status, out, err } = await call(['flows', '--format', 'ndjson', path])
      const [flow, summary] = parse(out)
      expect(status).toBe(1)
      expect(flow).toMatchObject({ packets_initiator: 5, packets_responder: 4 })
      expect(summary).toMatchObject({ packets: 9, damage: { offset: expect.any(Number), capture: path } })
      expect(err).toMatch(/^flowscope: [^\n]+\n$/)
      for (const part of [path, 'found', 'expected', `byte ${summary.damage.offset}`]) expect(err).toContain(part)
    })

    it('goes on with the next', async () => {
      const { status, out, err } = await call(['--format', 'ndjson', file('cut.pcap', cut), DNS])
      expect(status).toBe(1)
      expect(parse(out)).toMatchObject([{ captures: 2, packets: 15, damage: expect.anything() }])
      expect(err.split('\n')).toHaveLength(2)
    })

    it.each([
      ['empty', new Uint8Array(0)],
      ['no capture', Buffer.from('this is not a capture at all, but a text')],
    ])('that is %s says so', async (_name, bytes) => {
      const { status, out, err } = await call(['flows', '--format', 'ndjson', file('other.pcap', bytes)])
      expect(status).toBe(1)
      expect(parse(out)).toMatchObject([{ type: 'summary', packets: 0, damage: { offset: 0 } }])
      expect(err).toMatch(/^flowscope: [^\n]+\n$/)
    })
  })

  describe('of standard input', () => {
    it('says the same as of the file', async () => {
      const fromFile = await call(['flows', '--format', 'ndjson', MIXED])
      expect(await call(['flows', '--format', 'ndjson', '-'], readFileSync(MIXED))).toEqual(fromFile)
    })

    it('prints a flow while the sender is silent', async () => {
      const child = start('flows', '--format', 'ndjson', '-')
      child.stdin.write(readFileSync(HTTP))
      const [line = ''] = (await printed(child, 1)).split('\n')
      expect(JSON.parse(line)).toMatchObject({ type: 'flow', end_reason: 'fin' })
      expect(child.exitCode).toBeNull()
      child.stdin.end()
      expect(await outcome(child)).toMatchObject({ status: 0 })
    })

    it.each([
      'SIGINT',
      'SIGTERM',
    ] as const)('ends at %s with the flows that are left, and the summary', async (signal) => {
      const child = start('flows', '--format', 'ndjson', '-')
      child.stdin.write(readFileSync(HTTP))
      await printed(child, 1)
      child.stdin.write(manyFlows(3).subarray(24))
      await wait(100)
      const ended = outcome(child)
      child.kill(signal)
      const { status, out, err } = await ended
      expect([status, err]).toEqual([0, ''])
      expect(parse(out).map(({ type, end_reason }) => end_reason ?? type)).toEqual([
        'end_of_capture',
        'end_of_capture',
        'end_of_capture',
        'summary',
      ])
    })

    it('reads what the sender writes when Ctrl-C reaches it, too', async () => {
      const child = start('flows', '--format', 'ndjson', '-')
      child.stdin.write(readFileSync(HTTP))
      await printed(child, 1)
      const ended = outcome(child)
      child.kill('SIGINT')
      await wait(50)
      child.stdin.end(manyFlows(2).subarray(24))
      expect(parse((await ended).out).pop()).toMatchObject({ packets: 12, flows: 3 })
    })

    it('is killed by a second signal', async () => {
      const child = start('flows', '-')
      child.stdin.write(readFileSync(HTTP))
      await printed(child, 1)
      const ended = outcome(child)
      child.kill('SIGINT')
      await wait(200)
      child.kill('SIGINT')
      expect(await ended).toMatchObject({ status: null, signal: 'SIGINT' })
    })
  })

  it('stops reading a file at a signal, and sums up what it has read', async () => {
    const frame = ipv4Tcp('10.0.0.1:1000', '10.0.0.2:80', { flags: 'A' }, 'x'.repeat(1000))
    const records = everyNanoseconds(
      1_000n,
      Array.from({ length: 10_000 }, () => frame),
    )
    const path = file('long.pcap', pcap(records))
    // Flows that have been idle for too long when the next comes: the first line says that reading has begun.
    const first = file('idle.pcap', manyFlows(10, 100_000_000_000n))
    const child = start('flows', '--format', 'ndjson', first, ...Array.from({ length: 2000 }, () => path))
    const ended = outcome(child)
    await once(child.stdout, 'data')
    child.kill('SIGINT')
    const { status, out } = await ended
    const summary = parse(out).at(-1)
    expect(status).toBe(0)
    expect(summary.type).toBe('summary')
    expect(summary.packets).toBeLessThan(2000 * 10_000)
  })

  it('ends quietly when its reader does', async () => {
    const child = start('flows', file('many.pcap', manyFlows(20_000)))
    const ended = outcome(child)
    await once(child.stdout, 'data')
    child.stdout.destroy()
    expect(await ended).toMatchObject({ status: 0, signal: null, err: '' })
  })

  it('waits for a slow reader, and loses nothing', async () => {
    const child = start('flows', '--format', 'ndjson', file('many.pcap', manyFlows(20_000)))
    await wait(300)
    const { status, out } = await outcome(child)
    expect(status).toBe(0)
    expect(parse(out)).toHaveLength(20_001)
  })
})
