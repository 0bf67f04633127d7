import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Host } from '../../bindings/cli/command'
import { run } from '../../bindings/cli/program'
import { type CaptureRecord, pcap } from '../support/captures'
import { fragments } from '../support/fragments'
import { ipv4Udp } from '../support/frames'

let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'flowscope-reading-'))
})

afterAll(() => rmSync(folder, { recursive: true }))

/** What a call prints about a capture of these records. */
async function call(records: readonly CaptureRecord[], ...argv: string[]): Promise<string> {
  const path = join(folder, 'capture.pcap')
  writeFileSync(path, pcap(records))
  const chunks: string[] = []
  const stdout = new Writable({
    decodeStrings: false,
    write(chunk, _encoding, callback) {
      chunks.push(chunk)
      callback()
    },
  })
  const host = { stdin: { isTTY: true }, stdout, stderr: stdout, on: () => {}, off: () => {} }
  expect(await run([...argv, path], '1.2.3', host as unknown as Host)).toBe(0)
  return chunks.join('')
}

async function lines(records: readonly CaptureRecord[], ...argv: string[]) {
  return (await call(records, 'flows', '--format', 'ndjson', ...argv))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
}

function recordsOf(frames: readonly Uint8Array[], step: bigint): CaptureRecord[] {
  return frames.map((frame, i) => ({ time: BigInt(i) * step, frame }))
}

const FRAMES = Array.from({ length: 5 }, (_, i) => ipv4Udp('10.0.0.1:1000', '10.0.0.2:9', `ping ${i}`))
const DOUBLED = recordsOf(FRAMES, 1_000_000n).flatMap((record) => [record, { ...record, time: record.time + 20_000n }])

describe('--dedup', () => {
  it('leaves copies out of the flows and counts them', async () => {
    const [flow, summary] = await lines(DOUBLED, '--dedup')
    expect(flow).toMatchObject({ packets_initiator: 5 })
    expect(summary).toMatchObject({ packets: 10, unmatched_packets: 0, duplicate_packets: 5 })
    expect(await call(DOUBLED, '--dedup')).toMatch(/duplicates +- +5 +/)
  })

  it('is off unless it is given', async () => {
    const [flow, summary] = await lines(DOUBLED)
    expect(flow).toMatchObject({ packets_initiator: 10 })
    expect(summary).toMatchObject({ packets: 10, duplicate_packets: 0 })
  })
})

describe('IP fragments', () => {
  const whole = fragments(ipv4Udp('10.0.0.1:1000', '10.0.0.2:9', new Uint8Array(1000)), 400, 1)
  const part = fragments(ipv4Udp('10.0.0.1:1000', '10.0.0.2:9', new Uint8Array(1000)), 400, 2).slice(1)

  it('count in the flow of their datagram', async () => {
    const [flow, summary] = await lines(recordsOf([...whole, ...part], 1000n))
    expect(flow).toMatchObject({ packets_initiator: 3, payload_bytes_initiator: 1000 })
    expect(summary).toMatchObject({ flows: 1, packets: 5, unmatched_packets: 2 })
  })

  it('are told of where they came to nothing', async () => {
    const records = recordsOf([...whole, ...part], 1000n)
    const text = '2 IP fragments in no flow, of datagrams that never became complete'
    expect(await call(records, 'summary')).toContain(text)
    const anomalies = (await lines(records, '--anomalies')).filter(({ type }) => type === 'anomaly')
    expect(anomalies).toMatchObject([{ kind: 'fragment_timeout', datagrams: 1 }])
    expect(await call(records, 'flows', '--anomalies')).toContain('fragment_timeout: 1 IP datagram given up')
  })
})
