import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { ROOT, runNode } from '../support/programs'
import { zstdFrame } from '../support/zstd'

type CaptureService = (limits?: { maxBytes?: number; maxSeconds?: number }) => (request: Request) => Promise<Response>

const { captureService }: { captureService: CaptureService } = await import(
  new URL('../../examples/edge/capture-service.mjs', import.meta.url).href
)

const CAPTURE = 'test/fixtures/recorded/loopback-mix.pcap'
const bytes = new Uint8Array(readFileSync(join(ROOT, CAPTURE)))

function post(path: string, body: BodyInit, headers: HeadersInit = {}): Request {
  // What sends a stream says so; the types of this library do not know it yet.
  const options: RequestInit & { duplex: 'half' } = { method: 'POST', body, headers, duplex: 'half' }
  return new Request(`http://localhost${path}`, options)
}

async function commandLine(command: string): Promise<string[]> {
  const { stdout } = await runNode('build/cli.js', command, '--format', 'ndjson', CAPTURE)
  return stdout.trimEnd().split('\n')
}

const linesOf = (text: string) => text.trimEnd().split('\n')
const summaryOf = (text: string) => JSON.parse(linesOf(text).at(-1) ?? '')

/** A body that comes in pieces, with a count of those that were asked for. */
function pieces(size: number): { readonly stream: ReadableStream<Uint8Array>; readonly asked: () => number } {
  let at = 0
  let asked = 0
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      asked++
      if (at >= bytes.length) return controller.close()
      controller.enqueue(bytes.subarray(at, at + size))
      at += size
    },
  })
  return { stream, asked: () => asked }
}

describe('captureService', () => {
  it.each(['flows', 'messages'])('streams the lines of %s that the command line prints', async (path) => {
    const response = await captureService()(post(`/${path}`, pieces(1000).stream))
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/x-ndjson'])
    const lines = linesOf(await response.text())
    const expected = await commandLine(path)
    expect(lines.slice(0, -1)).toEqual(expected.slice(0, -1))
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ type: 'summary', packets: 224, flows: 34 })
  })

  it.each([
    ['another path', new Request('http://localhost/other', { method: 'POST', body: 'x' }), 404],
    ['another method', new Request('http://localhost/flows'), 405],
    ['no body', new Request('http://localhost/flows', { method: 'POST' }), 400],
    ['no capture', post('/flows', 'this is no capture, but it is long enough to be told apart from one'), 422],
    ['an announced length above the limit', post('/flows', bytes, { 'content-length': '1000000' }), 413],
  ])('answers to %s with a status', async (_name, request, status) => {
    const response = await captureService({ maxBytes: 100_000 })(request)
    expect(response.status).toBe(status)
    expect(await response.text()).toMatch(/^.+\n$/)
  })

  it('answers to a capture that proves too large before its first packet with a status', async () => {
    const response = await captureService({ maxBytes: 20 })(post('/flows', pieces(24).stream))
    expect(response.status).toBe(413)
  })

  it('says in the last line where a capture that proves too large was left', async () => {
    const response = await captureService({ maxBytes: 10_000 })(post('/flows', pieces(1000).stream))
    expect(response.status).toBe(200)
    const { packets, damage } = summaryOf(await response.text())
    expect(packets).toBeGreaterThan(0)
    expect(damage).toEqual({ offset: 11_000, reason: 'the capture is larger than 10000 bytes' })
  })

  it('says in the last line where a damaged capture ends', async () => {
    const response = await captureService()(post('/flows', bytes.subarray(0, 20_000)))
    expect(summaryOf(await response.text()).damage).toMatchObject({ offset: 19_265 })
  })

  it.each(['gz', 'zst'])('reads what is compressed, .%s', async (suffix) => {
    const answer = async (body: BodyInit) => (await captureService()(post('/messages', body))).text()
    expect(await answer(readFileSync(join(ROOT, `${CAPTURE}.${suffix}`)))).toBe(await answer(bytes))
  })

  it('bounds what a compressed capture becomes', async () => {
    const bomb = gzipSync(Buffer.concat([bytes, ...Array.from({ length: 99 }, () => bytes.subarray(24))]))
    const response = await captureService({ maxBytes: bomb.length + 1 })(post('/flows', bomb))
    const { packets, damage } = summaryOf(await response.text())
    expect(packets).toBeLessThan(100 * 224)
    expect(damage.reason).toBe(`the capture is larger than ${bomb.length + 1} bytes`)
  })

  it('refuses a compressed capture that needs more memory than there is', async () => {
    const response = await captureService()(post('/flows', zstdFrame([bytes.subarray(0, 1000)], { window: 0x70 })))
    expect([response.status, await response.text()]).toEqual([
      422,
      expect.stringMatching(/^not a capture that can be read: .*window of 16777216 bytes/),
    ])
  })

  it('gives up a capture that takes too long', async () => {
    const stalled = new ReadableStream<Uint8Array>({ start: (controller) => controller.enqueue(bytes.subarray(0, 24)) })
    const response = await captureService({ maxSeconds: 0.05 })(post('/flows', stalled))
    expect([response.status, await response.text()]).toEqual([503, 'this took longer than 0.05 seconds\n'])
  })

  it('reads no faster than its lines are taken, and no more once nobody takes them', async () => {
    const { stream, asked } = pieces(100)
    const response = await captureService()(post('/messages', stream))
    const reader = response.body?.getReader()
    await reader?.read()
    const before = asked()
    await reader?.cancel()
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(asked() - before).toBeLessThan(5)
    expect(before).toBeLessThan(bytes.length / 100)
  })
})
