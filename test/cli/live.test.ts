// Live capture and --follow, of the built program. Capture tools are scripts, but for one test with the real one.

import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { everyNanoseconds, pcap } from '../support/captures'
import { Conversation } from '../support/conversation'
import { ipv4Udp } from '../support/frames'

const { PATH } = process.env
const PATIENCE = 30_000
const MILLISECOND = 1_000_000n

let folder: string
const running = new Set<ChildProcess>()

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'flowscope-live-'))
})
afterAll(() => {
  for (const child of running) child.kill('SIGKILL')
  rmSync(folder, { recursive: true })
})

/** The program at work, with what it has printed so far. */
function start(argv: readonly string[], path = PATH) {
  const child = spawn(process.execPath, ['build/cli.js', ...argv], { env: { ...process.env, PATH: path } })
  running.add(child)
  let [out, err] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text
  })
  const ended = once(child, 'close').then(([status]) => {
    running.delete(child)
    return { status, out, err, lines: parse(out) }
  })
  return {
    child,
    ended,
    /** Waits for a line like this. */
    async until(pattern: RegExp) {
      while (!pattern.test(out)) {
        if (child.exitCode !== null) throw new Error(`it has ended: ${out}${err}`)
        await wait(20)
      }
    },
    /** Ctrl-C, and what came of it all. */
    async stop(signal: NodeJS.Signals = 'SIGINT') {
      child.kill(signal)
      return ended
    },
  }
}

function parse(text: string) {
  const lines = text.split('\n').filter((line) => line.startsWith('{'))
  return lines.map((line) => JSON.parse(line))
}

/** A folder with programs of these names: bodies of functions that run in Node, with `write` for bytes. */
function tools(name: string, programs: Readonly<Record<string, string>>): string {
  const path = join(folder, name)
  mkdirSync(path)
  for (const [tool, body] of Object.entries(programs)) {
    const source = `#!${process.execPath}\nconst write = (hex) => process.stdout.write(Buffer.from(hex, 'hex'))\n${body}\n`
    writeFileSync(join(path, tool), source, { mode: 0o755 })
  }
  return path
}

const hex = (bytes: Uint8Array) => `'${Buffer.from(bytes).toString('hex')}'`

/** A capture of what just happened: its file header, and its records one by one. */
function capture(frames: readonly Uint8Array[]): { header: Uint8Array; records: Uint8Array[]; all: Uint8Array } {
  const now = BigInt(Date.now()) * MILLISECOND
  const all = pcap(everyNanoseconds(MILLISECOND, frames, now))
  const records: Uint8Array[] = []
  let at = 24
  for (const frame of frames) {
    records.push(all.subarray(at, at + 16 + frame.length))
    at += 16 + frame.length
  }
  return { header: all.subarray(0, 24), records, all }
}

function talk(): Uint8Array[] {
  const talk = new Conversation()
  return [
    ...talk.open(),
    talk.send('initiator', 'GET / HTTP/1.1\r\nHost: live.example\r\n\r\n'),
    talk.send('responder', 'HTTP/1.1 204 No Content\r\n\r\n'),
    ...talk.close(),
  ]
}

/** Writes a capture, one record every few milliseconds, and then waits to be stopped. */
function slowTool(frames: readonly Uint8Array[], last = ''): string {
  const { header, records } = capture(frames)
  return `
    process.stderr.write('tcpdump: listening on ' + process.argv.slice(2).join(' ') + '\\n')
    write(${hex(header)})
    const records = [${records.map(hex).join(', ')}]
    const timer = setInterval(() => records.length > 0 && write(records.shift()), 5)
    setTimeout(() => {}, 60000)
    process.on('SIGINT', () => { ${last}; process.stdout.write('', () => process.exit(0)) })`
}

describe('flowscope live', { timeout: PATIENCE }, () => {
  it('prints flows while they end, and the summary at Ctrl-C', async () => {
    const last = capture([ipv4Udp('10.0.0.1:5', '10.0.0.2:6', 'held back')]).records[0] ?? new Uint8Array(0)
    const dropped = "process.stderr.write('9 packets captured\\n3 packets dropped by kernel\\n')"
    const path = tools('slow', { tcpdump: slowTool(talk(), `write(${hex(last)}); ${dropped}`) })
    const live = start(['live', '-i', 'eth7', '--format', 'ndjson'], path)
    await live.until(/"end_reason":"fin"/)
    const { status, lines, err } = await live.stop()
    expect(lines.map(({ type }) => type)).toEqual(['flow', 'flow', 'summary'])
    expect(lines[1]).toMatchObject({ protocol: 'udp', end_reason: 'end_of_capture' })
    expect(lines[2]).toMatchObject({ captures: 1, flows: 2 })
    expect(lines[2].damage).toBeUndefined()
    expect([status, err]).toEqual([0, 'flowscope: 3 packets were dropped before they were captured\n'])
  })

  it('prints messages, and ends at SIGTERM', async () => {
    const live = start(
      ['live', '-i', 'lo', '--print', 'messages', '--format', 'ndjson'],
      tools('messages', { tcpdump: slowTool(talk()) }),
    )
    await live.until(/"kind":"response"/)
    const { status, lines } = await live.stop('SIGTERM')
    expect(lines).toMatchObject([
      { kind: 'request', host: 'live.example' },
      { kind: 'response', status: 204 },
      { type: 'summary' },
    ])
    expect(status).toBe(0)
  })

  it('ends idle flows though no packet comes', async () => {
    const path = tools('idle', { tcpdump: slowTool([ipv4Udp('10.0.0.1:5', '10.0.0.2:6', 'once')]) })
    const live = start(['live', '-i', 'lo', '--idle-udp', '1', '--format', 'ndjson'], path)
    await live.until(/"end_reason":"idle_timeout"/)
    const { lines } = await live.stop()
    expect(lines.map(({ type }) => type)).toEqual(['flow', 'summary'])
  })

  it('gives the interface and the filter to the tool as they are', async () => {
    const echo = `process.stderr.write(JSON.stringify(process.argv.slice(2)) + '\\n'); process.exit(1)`
    const path = tools('echo', { tcpdump: echo, dumpcap: echo })
    const { status, out, err } = await start(['live', '-i', '-x y', '--filter', '-z $(id)'], path).ended
    expect([status, out]).toEqual([2, ''])
    expect(err).toMatch(/^flowscope: cannot capture on -x y: tcpdump: .*"-i","-x y",.*"--","-z \$\(id\)"/)
    expect(err).toMatch(/dumpcap: .*"-i","-x y",.*"-f","-z \$\(id\)"/)
  })

  it('takes dumpcap where tcpdump may not capture', async () => {
    const refusal = `process.stderr.write("tcpdump: eth0: You don't have permission to capture\\n"); process.exit(1)`
    const path = tools('second', { tcpdump: refusal, dumpcap: slowTool(talk()) })
    const live = start(['live', '-i', 'eth0', '--format', 'ndjson'], path)
    await live.until(/"type":"flow"/)
    expect((await live.stop()).status).toBe(0)
  })

  it('says so when there is no tool, or none is permitted', async () => {
    const none = await start(['live', '-i', 'eth0'], tools('none', {})).ended
    expect([none.status, none.out]).toEqual([2, ''])
    expect(none.err).toMatch(
      /^flowscope: live capture needs tcpdump or dumpcap, and neither is installed\. See .*--help'\.\n$/,
    )
    const refusal = `process.stderr.write("tcpdump: eth0: You don't have permission\\n"); process.exit(1)`
    const { status, err } = await start(['live', '-i', 'eth0'], tools('refused', { tcpdump: refusal })).ended
    expect(status).toBe(2)
    expect(err).toContain("cannot capture on eth0: tcpdump: eth0: You don't have permission; dumpcap: not installed")
    const { status: without, err: missing } = await start(['live']).ended
    expect([without, missing]).toEqual([2, expect.stringContaining("'-i, --interface <NAME>' not specified")])
  })

  it('says so when the tool fails on the way, after what was before', async () => {
    const { all } = capture(talk())
    const failing = `write(${hex(all)}); process.stderr.write('tcpdump: The interface disappeared\\n'); process.exitCode = 1`
    const { status, lines, err } = await start(
      ['live', '-i', 'usb0', '--format', 'ndjson'],
      tools('failing', { tcpdump: failing }),
    ).ended
    expect(status).toBe(1)
    expect(lines.map(({ type }) => type)).toEqual(['flow', 'summary'])
    expect(err).toBe(`flowscope: usb0: tcpdump has ended: The interface disappeared, at byte ${all.length}\n`)
  })

  it('kills a tool that does not end', async () => {
    const stubborn = `${slowTool(talk())}; process.removeAllListeners('SIGINT'); process.on('SIGINT', () => {})`
    const live = start(['live', '-i', 'lo', '--format', 'ndjson'], tools('stubborn', { tcpdump: stubborn }))
    await live.until(/"type":"flow"/)
    const { status, lines } = await live.stop()
    expect([status, lines.at(-1).type]).toEqual([0, 'summary'])
  })

  const probe = spawnSync('tcpdump', ['-i', 'lo', '--list-data-link-types'])
  it.skipIf(probe.status !== 0)(
    'captures on loopback by the real tcpdump (skipped where that is not permitted)',
    async () => {
      const server = createServer((_request, response) => response.end('hello')).listen(0, '127.0.0.1')
      await once(server, 'listening')
      const { port } = server.address() as AddressInfo
      const filter = `tcp port ${port}`
      const live = start(['live', '-i', 'lo', '--filter', filter, '--print', 'messages', '--format', 'ndjson'])
      for (let i = 0; !live.child.killed && i < 50; i++) {
        await fetch(`http://127.0.0.1:${port}/real`)
        if (await Promise.race([live.until(/"kind":"response"/).then(() => true), wait(200)])) break
      }
      server.close()
      const { status, lines } = await live.stop()
      expect(lines.find(({ kind }) => kind === 'request')).toMatchObject({ target: '/real', host: `127.0.0.1:${port}` })
      expect([status, lines.at(-1).type]).toEqual([0, 'summary'])
    },
  )
})

describe('--follow', { timeout: PATIENCE }, () => {
  const follow = (path: string, ...argv: string[]) => start(['flows', '--follow', '--format', 'ndjson', ...argv, path])

  it('reads on when the file grows, until Ctrl-C', async () => {
    const path = join(folder, 'growing.pcap')
    const { all, records } = capture([...talk(), ...talk()])
    const half = all.length - records.slice(talk().length).reduce((sum, { length }) => sum + length, 0)
    writeFileSync(path, all.subarray(0, half - 7))
    const following = follow(path)
    await wait(500)
    appendFileSync(path, all.subarray(half - 7, half))
    await following.until(/"flow":1,/)
    appendFileSync(path, all.subarray(half, all.length - 3))
    await wait(500)
    // The last record is not whole: whoever writes is in the midst of it.
    const { status, lines, err } = await following.stop()
    expect(lines.map(({ type, flow }) => [type, flow])).toEqual([
      ['flow', 1],
      ['flow', 2],
      ['summary', undefined],
    ])
    expect([status, err, lines[2].damage]).toEqual([0, '', undefined])
  })

  it('ends idle flows by the clock, counted from the last packet', async () => {
    const path = join(folder, 'idle.pcap')
    writeFileSync(path, pcap(everyNanoseconds(1n, [ipv4Udp('10.0.0.1:5', '10.0.0.2:6', 'in 1970')])))
    const following = follow(path, '--idle-udp', '1')
    await following.until(/"end_reason":"idle_timeout"/)
    await following.stop()
  })

  it('prints messages and streams, too, of compressed files as well', async () => {
    const path = join(folder, 'growing.pcap.gz')
    const compressed = gzipSync(capture(talk()).all)
    writeFileSync(path, compressed.subarray(0, 50))
    const following = [
      start(['messages', '--follow', '--format', 'ndjson', path]),
      start(['streams', '--follow', '--format', 'ndjson', path]),
    ]
    await wait(300)
    appendFileSync(path, compressed.subarray(50))
    await following[0]?.until(/"kind":"response"/)
    await following[1]?.until(/"type":"stream"/)
    for (const one of following) expect((await one.stop()).status).toBe(0)
  })

  it('says so when the file is cut, or replaced', async () => {
    const { all } = capture(talk())
    const cut = join(folder, 'cut.pcap')
    writeFileSync(cut, all)
    const first = follow(cut)
    await first.until(/"flow":1,/)
    truncateSync(cut, 100)
    const { status, lines, err } = await first.ended
    expect([status, lines.at(-1).type]).toEqual([1, 'summary'])
    expect(err).toContain(
      `cut.pcap: the file was cut to 100 bytes while it was followed, with ${all.length} read, at byte`,
    )

    const replaced = join(folder, 'replaced.pcap')
    writeFileSync(replaced, all)
    const second = follow(replaced)
    await second.until(/"flow":1,/)
    writeFileSync(`${replaced}.new`, all)
    renameSync(`${replaced}.new`, replaced)
    expect((await second.ended).err).toContain('another file has taken the place of the one that was followed')
  })

  it('is for one file', () => {
    const { status, stderr } = spawnSync(process.execPath, ['build/cli.js', 'flows', '--follow', '-'], { input: '' })
    expect([status, String(stderr)]).toEqual([2, expect.stringContaining('--follow is for one file')])
  })
})

describe('compressed captures', { timeout: PATIENCE }, () => {
  const RECORDED = 'test/fixtures/recorded/loopback-mix.pcap'
  const flows = (...argv: string[]) =>
    execFileSync(process.execPath, ['build/cli.js', 'flows', '--format', 'ndjson', ...argv])

  it.each(['gz', 'zst'])('are read with no option: .%s', (suffix) => {
    expect(String(flows(`${RECORDED}.${suffix}`))).toBe(String(flows(RECORDED)))
  })

  it('that are cut short say so, after what was before', () => {
    const path = join(folder, 'short.pcap.gz')
    const compressed = gzipSync(capture(talk()).all)
    writeFileSync(path, compressed.subarray(0, compressed.length - 4))
    const { status, stdout, stderr } = spawnSync(process.execPath, [
      'build/cli.js',
      'flows',
      '--format',
      'ndjson',
      path,
    ])
    expect([status, parse(String(stdout)).length]).toEqual([1, 2])
    expect(String(stderr)).toContain(
      `compressed data are cut short: found the end of the file, expected more gzip data at byte`,
    )
  })
})
