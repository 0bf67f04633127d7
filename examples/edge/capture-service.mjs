// A service that takes a capture as the body of a request, and streams its flows or messages back as lines of JSON.
// It uses web standards only: Cloudflare Workers, other edge runtimes, Deno, Bun and Node can all run it.
//
//   curl --data-binary @trace.pcap https://example.com/flows
//   curl --data-binary @trace.pcap https://example.com/messages

import { CaptureError, Driver, FlowscopeError } from 'flowscope'
import { unzstdWithin } from 'flowscope/decompress'
import { dns } from 'flowscope/dns'
import { http } from 'flowscope/http'
import { NdjsonWriter } from 'flowscope/ndjson'
import { tls } from 'flowscope/tls'
import { decodeCertificate } from 'flowscope/x509'

const USAGE = 'POST a capture to /flows or /messages\n'

/** Bytes of a head, a handshake message or a message of DNS that a parser may keep until it is whole, for each side. */
const HTTP = { maxHead: 8 * 1024, maxPipelined: 64 }
const TLS = { maxHandshakeBytes: 16 * 1024 }
const DNS = { maxMessage: 8 * 1024 }

/** What is answered with, by the last part of the path: whatever is before it may be where the service is mounted. */
const SERVICES = {
  '/flows': { parsers: () => [], writes: { flows: true, messages: false } },
  '/messages': { parsers: () => [http(HTTP), tls(TLS), dns(DNS)], writes: { flows: false, messages: true } },
}

/**
 * Room for all flows and streams together. With what parsers may keep of so many streams it stays below the 128 MB that
 * a worker has, whatever is in the capture.
 */
const BOUNDS = {
  maxFlows: 20_000,
  streams: { maxStreams: 1_500, maxBuffer: 256 * 1024, maxTotalBuffer: 16 * 1024 * 1024 },
}

/** A capture may be compressed. What `zstd --long` makes needs more memory than there is. */
const DECOMPRESS = [unzstdWithin(8 * 1024 * 1024)]

/** Characters of lines that are sent at once. */
const CHUNK = 16 * 1024

/** What ends the reading of a capture although there is more of it. */
class LimitError extends Error {
  constructor(status, message) {
    super(message)
    this.status = status
  }
}

/**
 * Makes a function that answers requests.
 *
 * @param limits `maxBytes` of a capture, as it comes and, where it is compressed, of what it becomes; `maxSeconds` from
 * its first byte to its last line
 */
export function captureService({ maxBytes = 4 * 1024 ** 3, maxSeconds = 300 } = {}) {
  return async function answer(request) {
    const { pathname } = new URL(request.url)
    const service = SERVICES[pathname.slice(pathname.lastIndexOf('/'))]
    if (!service) return problem(404, USAGE)
    if (request.method !== 'POST') return problem(405, USAGE, { allow: 'POST' })
    const length = request.headers.get('content-length')
    if (!request.body || length === '0') return problem(400, `there is no body: ${USAGE}`)
    if (Number(length) > maxBytes) return problem(413, tooLarge(maxBytes))

    const lines = linesOf(request.body, service, { maxBytes, maxSeconds })
    try {
      // What is no capture at all shows before there is anything to send: it gets a status of its own.
      const first = await lines.next()
      return new Response(textStream(first, lines), { headers: { 'content-type': 'application/x-ndjson' } })
    } catch (error) {
      if (error instanceof CaptureError) return problem(422, `not a capture that can be read: ${error.message}\n`)
      if (error instanceof LimitError) return problem(error.status, error.message)
      if (error instanceof FlowscopeError) return problem(500, `${error.message}\n`)
      throw error
    }
  }
}

/** Lines of a capture, many in one text, the summary last. The first text comes as soon as there is a packet. */
async function* linesOf(body, { parsers, writes }, { maxBytes, maxSeconds }) {
  const driver = await Driver.create({ ...BOUNDS, parsers: parsers() })
  const writer = new NdjsonWriter({ ...writes, decodeCertificate })
  const timeout = new AbortController()
  const timer = setTimeout(() => timeout.abort(), maxSeconds * 1000)
  const { signal } = timeout
  let bytesRead = 0
  const onProgress = (progress) => {
    bytesRead = progress.bytesRead
    if (Math.max(bytesRead, progress.captureBytesRead) > maxBytes) throw new LimitError(413, tooLarge(maxBytes))
  }
  let hasBegun = false
  let damage
  let text = ''
  try {
    try {
      for await (const event of driver.read(body, { onProgress, signal, decompress: DECOMPRESS })) {
        text += writer.line(event)
        if (hasBegun && text.length < CHUNK) continue
        yield text
        text = ''
        hasBegun = true
      }
    } catch (caught) {
      const error = signal.aborted ? new LimitError(503, `this took longer than ${maxSeconds} seconds\n`) : caught
      // Later there is no status to set any more: the last line tells what was not read, and why.
      if (!hasBegun || !(error instanceof CaptureError || error instanceof LimitError)) throw error
      damage = { offset: error.offset ?? bytesRead, reason: error.message.trimEnd() }
    }
    for (const event of driver.finishing()) {
      text += writer.line(event)
      if (text.length < CHUNK) continue
      yield text
      text = ''
    }
    yield text + writer.summary(driver.stats, { damage })
  } finally {
    clearTimeout(timer)
    driver.dispose()
  }
}

/** Texts as bytes, each made when the one before has been sent: the capture is read no faster than its lines are. */
function textStream(first, texts) {
  const encoder = new TextEncoder()
  let next = first
  return new ReadableStream({
    async pull(controller) {
      for (;;) {
        const { value, done } = next ?? (await texts.next())
        next = undefined
        if (done) return controller.close()
        if (value !== '') return controller.enqueue(encoder.encode(value))
      }
    },
    async cancel() {
      await texts.return()
    },
  })
}

function tooLarge(maxBytes) {
  return `the capture is larger than ${maxBytes} bytes\n`
}

function problem(status, text, headers = {}) {
  return new Response(text, { status, headers: { 'content-type': 'text/plain; charset=utf-8', ...headers } })
}
