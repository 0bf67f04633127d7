import { describe, expect, it } from 'vitest'
import { ConfigError, type DedupOptions, FlowTracker, fiveTuple } from '../../../bindings'
import { pcap } from '../../support/captures'
import { ipv4Udp } from '../../support/frames'
import { at, collect, connection, texts, udpFlows } from '../support'

const FRAME = ipv4Udp('10.0.0.1:1000', '10.0.0.2:53', 'ping')

/** Which of the frames at these times, in seconds, are seen. */
async function seen(times: readonly number[], dedup: boolean | DedupOptions): Promise<boolean[]> {
  using tracker = await FlowTracker.create(fiveTuple(), { dedup, packetEvents: true })
  return times.map((time) => tracker.track(at(time, FRAME)).length > 0)
}

describe('dedup', () => {
  it('sees nothing of copies but their number', async () => {
    const frames = [...connection(), ...udpFlows(300)]
    const records = frames.map((frame, i) => ({ time: BigInt(i) * 1_000_000n, frame }))
    // Each frame twice, ten microseconds apart, as a capture of a loopback interface has it.
    const doubled = records.flatMap((record) => [record, { ...record, time: record.time + 10_000n }])
    using plain = await FlowTracker.create(fiveTuple(), { packetEvents: true })
    using filtered = await FlowTracker.create(fiveTuple(), { packetEvents: true, dedup: true })
    const expected = [...(await collect(plain.read(pcap(records)))), ...plain.finish()]
    const found = [...(await collect(filtered.read(pcap(doubled)))), ...filtered.finish()]
    expect(texts(found)).toEqual(texts(expected))
    expect(filtered.stats).toMatchObject({
      packets: 2 * frames.length,
      bytes: 2 * plain.stats.bytes,
      packetsDuplicate: frames.length,
      bytesDuplicate: plain.stats.bytes,
      packetsUnmatched: 0,
    })
    expect(plain.stats).toMatchObject({ packetsDuplicate: 0, bytesDuplicate: 0 })
  })

  it('is off unless it is asked for', async () => {
    expect(await seen([1, 1], false)).toEqual([true, true])
  })

  it('looks back a millisecond, from copy to copy', async () => {
    expect(await seen([1, 1.001, 1.002, 1.003001, 1.0031], true)).toEqual([true, false, false, true, false])
  })

  it('takes an earlier time for the same', async () => {
    expect(await seen([1, 0.5], true)).toEqual([true, false])
  })

  it('looks back as far as it is told', async () => {
    expect(await seen([1, 2, 4.5], { windowSeconds: 2 })).toEqual([true, false, true])
    expect(await seen([1, 1, 1.000001], { windowSeconds: 0 })).toEqual([true, false, true])
    expect(await seen([1, 1e6], { windowSeconds: Number.POSITIVE_INFINITY })).toEqual([true, false])
  })

  it('remembers as many frames as it is told', async () => {
    using tracker = await FlowTracker.create(fiveTuple(), { dedup: { capacity: 2 } })
    for (const frame of udpFlows(3)) tracker.track(at(1, frame))
    for (const frame of udpFlows(3)) tracker.track(at(1, frame))
    expect(tracker.stats.packetsDuplicate).toBe(0)
    tracker.track(at(1, udpFlows(3)[1] as Uint8Array))
    expect(tracker.stats.packetsDuplicate).toBe(1)
  })

  it('refuses what it cannot use', async () => {
    const options: unknown[] = [
      1,
      null,
      { capacity: 0 },
      { capacity: 2 ** 20 + 1 },
      { windowSeconds: -1 },
      { window: 1 },
    ]
    for (const dedup of options) {
      await expect(FlowTracker.create(fiveTuple(), { dedup: dedup as DedupOptions })).rejects.toThrow(ConfigError)
    }
  })
})
