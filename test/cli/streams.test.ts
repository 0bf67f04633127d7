import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Host } from '../../bindings/cli/command'
import { run } from '../../bindings/cli/program'
import { everyNanoseconds, pcap } from '../support/captures'
import { Conversation } from '../support/conversation'

const START = 1_369_170_377_000_000_000n

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'flowscope-streams-'))
})

afterEach(() => {
  rmSync(folder, { recursive: true })
})

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

/** Runs the program on a capture of these frames. */
async function call(frames: readonly Uint8Array[], ...argv: string[]) {
  const capture = join(folder, 'capture.pcap')
  writeFileSync(capture, pcap(everyNanoseconds(1_000_000n, frames, START)))
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  let [out, err] = ['', '']
  stdout.on('data', (text) => {
    out += text
  })
  stderr.on('data', (text) => {
    err += text
  })
  const host = { stdin: new PassThrough(), stdout, stderr, on: () => {}, off: () => {} } as unknown as Host
  const status = await run(['streams', ...argv, capture], '0', host)
  return { status, out, err }
}

/** The lines of a call. */
async function lines(frames: readonly Uint8Array[], ...argv: string[]) {
  const { out } = await call(frames, '--format', 'ndjson', ...argv)
  return out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
}

function lossy(): Uint8Array[] {
  const c = new Conversation()
  const frames = [...c.open(), c.send('initiator', 'hello')]
  c.lose('initiator', 7)
  return [...frames, c.send('initiator', 'world'), c.send('responder', 'yes'), ...c.close()]
}

describe('the line of a stream', () => {
  it('has the documented fields in their order', async () => {
    const { status, out, err } = await call(lossy(), '--format', 'ndjson')
    const [initiator, responder, summary] = out.trimEnd().split('\n')
    expect([status, err]).toEqual([0, ''])
    const ends = '"initiator":{"address":"10.0.0.1","port":40000},"responder":{"address":"10.0.0.2","port":80}'
    expect(initiator).toBe(
      `{"type":"stream","flow":1,"protocol":"tcp",${ends},"side":"initiator",` +
        `"bytes":10,"sha256":"${sha256('helloworld')}","gaps":[[5,7]]}`,
    )
    expect(responder).toBe(
      `{"type":"stream","flow":1,"protocol":"tcp",${ends},"side":"responder",` +
        `"bytes":3,"sha256":"${sha256('yes')}","gaps":[]}`,
    )
    expect(JSON.parse(summary ?? '')).toMatchObject({ type: 'summary', flows: 1 })
  })

  it('is not there for a direction that carried nothing', async () => {
    const c = new Conversation()
    expect((await lines([...c.open(), c.send('initiator', 'x'), ...c.close()])).map(({ side }) => side)).toEqual([
      'initiator',
      undefined,
    ])
  })

  it('comes when the flow ends', async () => {
    const [a, b] = [new Conversation(), new Conversation('10.0.0.3:1')]
    const frames = [...a.open(), ...b.open(), a.send('initiator', 'a'), b.send('initiator', 'b'), ...b.close()]
    expect((await lines(frames)).map(({ flow }) => flow)).toEqual([2, 1, undefined])
  })
})

describe('options of streams', () => {
  const overlapping = () => {
    const c = new Conversation()
    return [...c.open(), c.at('initiator', 2, 'old'), c.at('initiator', 2, 'new'), c.at('initiator', 0, 'ab')]
  }

  it('choose who is right where segments disagree', async () => {
    expect((await lines(overlapping()))[0].sha256).toBe(sha256('abold'))
    expect((await lines(overlapping(), '--overlap', 'last'))[0].sha256).toBe(sha256('abnew'))
  })

  it('bound what is held back', async () => {
    const c = new Conversation()
    const frames = [...c.open(), c.at('initiator', 3000, 'x'), c.at('initiator', 9000, 'y')]
    expect((await lines(frames, '--max-buffer', '2048'))[0]).toMatchObject({
      bytes: 2,
      gaps: [
        [0, 3000],
        [1, 5999],
      ],
    })
    const dropped = await lines(frames, '--max-buffer', '2048', '--overflow', 'drop-flow')
    expect(dropped.map(({ type }) => type)).toEqual(['summary'])
  })

  it('tell anomalies where they happen, and count them', async () => {
    const told = await lines(overlapping(), '--anomalies')
    expect(told.map(({ type, kind }) => kind ?? type)).toEqual([
      'out_of_order_segment',
      'overlap_conflict',
      'stream',
      'summary',
    ])
    expect(told[1]).toEqual({
      type: 'anomaly',
      time: '2013-05-21T21:06:17.004000000Z',
      flow: 1,
      kind: 'overlap_conflict',
      side: 'initiator',
      severity: 'critical',
      offset: 2,
      bytes: 3,
      first: '6f6c64',
      second: '6e6577',
      kept: 'first',
    })
    expect(told[3].anomalies).toEqual({ out_of_order_segment: 1, overlap_conflict: 1 })
  })

  it.each([
    ['--overlap', 'newest'],
    ['--overflow', 'explode'],
    ['--max-buffer', '0'],
  ])('refuse %s %s', async (option, value) => {
    const { status, err } = await call([], option, value)
    expect([status, err.split('\n').length]).toEqual([2, 2])
    expect(err).toContain(option)
  })
})

describe('--write', () => {
  it('writes each stream to a file of its own, and says to which', async () => {
    const out = join(folder, 'new', 'out')
    const written = await lines(lossy(), '--write', out)
    expect(written.map(({ file }) => file)).toEqual([
      join(out, 'flow-000001-initiator.bin'),
      join(out, 'flow-000001-responder.bin'),
      undefined,
    ])
    expect(readFileSync(written[0].file, 'utf8')).toBe('helloworld')
    expect(readFileSync(written[1].file, 'utf8')).toBe('yes')
  })

  it('writes more streams at once than there may be open files', async () => {
    const conversations = Array.from({ length: 300 }, (_, i) => new Conversation(`10.0.1.1:${i + 1}`))
    const round = (text: string) => conversations.map((c, i) => c.send('initiator', `${text}${i};`))
    const written = await lines([...round('a'), ...round('b')], '--write', folder)
    expect(readdirSync(folder).filter((name) => name.endsWith('.bin'))).toHaveLength(300)
    for (const { file, flow } of written.slice(0, -1)) {
      expect(readFileSync(file, 'utf8')).toBe(`a${flow - 1};b${flow - 1};`)
    }
  })

  it('writes over what lies there, but follows no link', async () => {
    const [target, link] = [join(folder, 'precious'), join(folder, 'flow-000001-initiator.bin')]
    writeFileSync(target, 'untouched')
    symlinkSync(target, link)
    const { status, err } = await call(lossy(), '--write', folder)
    expect(status).toBe(1)
    expect(err).toContain('cannot write')
    expect(readFileSync(target, 'utf8')).toBe('untouched')
    rmSync(link)
    writeFileSync(link, 'something longer than what comes')
    expect((await call(lossy(), '--write', folder)).status).toBe(0)
    expect(readFileSync(link, 'utf8')).toBe('helloworld')
  })

  it('says where it cannot write', async () => {
    writeFileSync(join(folder, 'file'), '')
    const { status, err, out } = await call(lossy(), '--write', join(folder, 'file'))
    expect([status, out]).toEqual([2, ''])
    expect(err).toContain('--write')
    expect(existsSync(join(folder, 'file'))).toBe(true)
  })
})

describe('rows of streams', () => {
  it('stand under their titles', async () => {
    const { out } = await call(lossy())
    const [head = '', first = ''] = out.split('\n')
    expect(first.indexOf('10.0.0.1:40000')).toBe(head.indexOf('FROM'))
    expect(first.indexOf('10.0.0.2:80')).toBe(head.indexOf('TO'))
    expect(first.indexOf(sha256('helloworld'))).toBe(head.indexOf('SHA-256'))
    expect(first).toContain('7 B')
  })

  it('show anomalies among them', async () => {
    const { out } = await call(lossy(), '--anomalies')
    expect(out).toContain('flow 1 initiator stream_gap: 7 B missing at 5 (acknowledged)')
    expect(out).toMatch(/ANOMALIES {2}1 out_of_order_segment, 1 stream_gap/)
  })
})
