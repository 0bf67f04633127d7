import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { CaptureError, customExtractor, Driver, type ParserEntry, sessionParser } from '../../../bindings'
import { NdjsonWriter } from '../../../bindings/ndjson'
import { dns } from '../../../bindings/parsers/dns'
import { http } from '../../../bindings/parsers/http'
import { tls } from '../../../bindings/parsers/tls'
import { decodeCertificate } from '../../../bindings/parsers/x509'

const MIX = fileURLToPath(new URL('../../fixtures/recorded/loopback-mix.pcap', import.meta.url))
const parsers = [http(), tls(), dns()]
const faulty = sessionParser({
  name: 'faulty',
  create: () => ({
    feed() {
      throw new Error('cannot')
    },
  }),
})

async function linesOf(writer: NdjsonWriter, entries: readonly ParserEntry[] = parsers): Promise<string> {
  using driver = await Driver.create({ parsers: entries, anomalies: true })
  let text = ''
  for (const event of driver.eventsSync(readFileSync(MIX))) text += writer.line(event)
  return text + writer.summary(driver.stats)
}

function commandLine(...options: string[]): string {
  const cli = fileURLToPath(new URL('../../../build/cli.js', import.meta.url))
  return execFileSync(process.execPath, [cli, ...options, '--format', 'ndjson', MIX], { encoding: 'utf8' })
}

describe('NdjsonWriter', () => {
  it('writes messages as the command line does', async () => {
    const text = await linesOf(new NdjsonWriter({ flows: false, anomalies: false, decodeCertificate }))
    const { messages } = JSON.parse(text.trimEnd().split('\n').at(-1) ?? '')
    expect(Object.keys(messages).length).toBeGreaterThan(0)
    const withoutSummary = (lines: string) => lines.trimEnd().split('\n').slice(0, -1)
    expect(withoutSummary(text)).toEqual(withoutSummary(commandLine('messages')))
  })

  it('writes all kinds of lines in the order of events, and the summary last', async () => {
    const lines = (await linesOf(new NdjsonWriter(), [...parsers, faulty]))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(new Set(lines.map(({ type }) => type))).toEqual(new Set(['flow', 'message', 'anomaly', 'summary']))
    const { flows, messages, anomalies } = lines.at(-1)
    const count = (type: string) => lines.filter((line) => line.type === type).length
    const sum = (counts: Record<string, number>) => Object.values(counts).reduce((a, b) => a + b, 0)
    expect([count('flow'), count('message'), count('anomaly')]).toEqual([flows, sum(messages), sum(anomalies)])
  })

  it('spreads messages of other parsers, and names values that are no objects', async () => {
    const lengths = sessionParser({
      name: 'lengths',
      create: () => ({ feed: (_side, bytes) => [{ kind: 'bytes', length: bytes.length }, bytes.length] }),
    })
    const text = await linesOf(new NdjsonWriter({ flows: false }), [lengths])
    const [first, second] = text.split('\n', 2).map((line) => JSON.parse(line))
    expect(first).toMatchObject({ protocol: 'lengths', kind: 'bytes', length: expect.any(Number) })
    expect(second).toMatchObject({ protocol: 'lengths', message: first.length })
  })

  it('tells what a certificate says where it can be decoded', async () => {
    const certificates = async (writer: NdjsonWriter) => {
      const lines = (await linesOf(writer))
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line))
      return lines.find(({ kind }) => kind === 'certificate').certificates
    }
    const plain = { bytes: 398, sha256: '7b7c074e11bac42b534141e8a7dca98b4a8e43ee794ef0ee38a3efb73f5ed2c6' }
    expect(await certificates(new NdjsonWriter())).toEqual([plain])
    expect(await certificates(new NdjsonWriter({ decodeCertificate }))).toEqual([
      expect.objectContaining({ ...plain, subject: 'CN=www.example.test', not_after: '2026-12-23T04:12:59.000Z' }),
    ])
    expect(await certificates(new NdjsonWriter({ decodeCertificate: () => undefined }))).toEqual([plain])
  })

  it('names the key of a flow that has no ends', async () => {
    const extractor = customExtractor(() => ({ key: new Uint8Array([7]), orientation: 'forward' }))
    using driver = await Driver.create({ parsers: [], extractor })
    const writer = new NdjsonWriter()
    const [line] = [...driver.eventsSync(readFileSync(MIX))].map((event) => writer.line(event)).filter(Boolean)
    expect(JSON.parse(line ?? '')).toMatchObject({ type: 'flow', key: '07' })
    expect(line).not.toContain('initiator":{')
  })

  it('tells of damage', async () => {
    using driver = await Driver.create({ parsers })
    const writer = new NdjsonWriter()
    const cut = readFileSync(MIX).subarray(0, -5)
    let damage: CaptureError | undefined
    try {
      for (const event of driver.eventsSync(cut)) writer.line(event)
    } catch (error) {
      if (error instanceof CaptureError) damage = error
    }
    const summary = JSON.parse(
      writer.summary(driver.stats, { damage: damage && { offset: damage.offset, reason: damage.message } }),
    )
    expect(summary.damage).toEqual({ offset: damage?.offset, reason: damage?.message })
  })
})
