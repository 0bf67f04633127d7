import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { ConfigError, flows, ipPair, macPair } from '../../../bindings'
import { ethernet, ipv4, udp, vxlan } from '../../support/frames'
import { captureOf, collect, connection, udpFlows } from '../support'

describe('flows', () => {
  const capture = captureOf([...connection(), ...udpFlows(2)])

  it('are the connections of a capture', async () => {
    const all = await collect(flows(capture))
    expect(all.map((flow) => [flow.flow, flow.reason, flow.stats.packets])).toEqual([
      [1, 'fin', 8],
      [2, 'end_of_capture', 1],
      [3, 'end_of_capture', 1],
    ])
    expect(all[0]?.initiator.address).toBe('10.0.0.1')
  })

  it('are read from files, by path or URL', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'flowscope-'))
    const path = join(folder, 'capture.pcap')
    await writeFile(path, capture)
    expect(await collect(flows(path))).toHaveLength(3)
    expect(await collect(flows(pathToFileURL(path)))).toHaveLength(3)
    await rm(folder, { recursive: true })
    await expect(collect(flows(path))).rejects.toMatchObject({ code: 'ENOENT' })
    await expect(collect(flows(folder))).rejects.toMatchObject({ code: 'ENOENT' })
    await expect(collect(flows(tmpdir()))).rejects.toMatchObject({ code: 'EISDIR' })
  })

  it('are the innermost, unless another extractor is given', async () => {
    const inner = ethernet(
      {},
      ipv4({ source: '10.0.0.1', destination: '10.0.0.2' }, udp({ source: 1, destination: 2 }, 'x')),
    )
    const outer = { source: '172.16.0.1', destination: '172.16.0.2' }
    const tunnel = captureOf([ethernet({}, ipv4(outer, udp({ source: 5, destination: 4789 }, vxlan(7, inner)))).bytes])
    const [flow] = await collect(flows(tunnel))
    expect(String(flow?.key)).toBe('udp 10.0.0.1:1 <-> 10.0.0.2:2')
    const [pair] = await collect(flows(tunnel, { extractor: ipPair() }))
    expect(pair?.key.a.address).toBe('172.16.0.1')
    expect(await collect(flows(tunnel, { extractor: macPair(), maxFlows: 5 }))).toHaveLength(1)
  })

  it('take the options of a tracker and of reading', async () => {
    const sizes: number[] = []
    const options = {
      userState: () => 'mine',
      onProgress: ({ bytesRead }: { bytesRead: number }) => sizes.push(bytesRead),
    }
    const all = await collect(flows(capture, options))
    expect(all.map((flow) => flow.user)).toEqual(['mine', 'mine', 'mine'])
    expect(sizes).toEqual([capture.length])
    await expect(collect(flows(capture, { signal: AbortSignal.abort() }))).rejects.toMatchObject({ name: 'AbortError' })
    await expect(collect(flows(capture, { maxFlows: 0 }))).rejects.toThrow(ConfigError)
  })
})
