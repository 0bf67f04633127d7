import { describe, expect, it } from 'vitest'
import { messages } from '../../../../bindings'
import { detectHttp, type HttpMessage, http, httpHandler, wholeBodies } from '../../../../bindings/parsers/http'
import { briefly, bytesOf } from './support'

const CAPTURE = 'test/fixtures/recorded/http-curl-nginx.pcap'

describe('detection by the first bytes', () => {
  it.each([
    ['GET / HTTP/1.1\r\n', true],
    ['\r\nPOST /x', true],
    ['GET http://h/', true],
    ['CONNECT h:443 HTTP/1.1\r\n', true],
    ['OPTIONS * HTTP/1.0\n', true],
    ['BREW /pot HTTP/1.1\r\n', true],
    ['HTTP/1.1 200 OK', true],
    ['HTTP/1.', undefined],
    ['HTT', undefined],
    ['GET', undefined],
    ['GET ', undefined],
    ['BREW /pot HTTP/1.1', undefined],
    ['', undefined],
    ['\r\n', undefined],
    ['HTTP/x', undefined],
    ['HTTP/abc', false],
    ['\x16\x03\x01', false],
    ['SSH-2.0-OpenSSH_9\r\n', false],
    ['220 ftp.example ESMTP\r\n', false],
    ['EHLO example\r\n', false],
    ['OPTIONS rtsp://h/ RTSP/1.0\r\n', false],
    ['OPTIONS sip:a@b SIP/2.0\r\n', false],
    ['get key\r\n', false],
    [`${'A'.repeat(200)}`, false],
    [`BREW ${'x'.repeat(5000)}`, false],
  ])('%j', (text, answer) => {
    expect(detectHttp(bytesOf(text))).toBe(answer)
  })
})

describe('a real capture', () => {
  const read = async (options = {}) => {
    const found: HttpMessage[] = []
    for await (const { message } of messages(CAPTURE, [http(options)])) found.push(message)
    return found
  }

  it('gives curl’s requests and nginx’s answers', async () => {
    expect(briefly(await read())).toMatchInlineSnapshot(`
      [
        "GET /index.html 0",
        "200 to /index.html 57",
        "GET /numbers.json 0",
        "200 to /numbers.json 3787",
        "HEAD /index.html 0",
        "200 to /index.html 0",
        "GET /moved 0",
        "302 to /moved 145",
        "GET /index.html 0",
        "200 to /index.html 57",
        "POST /submit 24",
        "204 to /submit 0",
        "GET /missing 0",
        "404 to /missing 153",
      ]
    `)
  })

  it('gives the same through callbacks', async () => {
    const told: HttpMessage[] = []
    const keep = (message: HttpMessage) => told.push(message)
    for await (const _ of messages(CAPTURE, [httpHandler({ onRequest: keep, onResponse: keep })])) {
      throw new Error('no messages are left')
    }
    expect(JSON.stringify(told)).toBe(JSON.stringify(await read()))
  })

  it('gives bodies as long as they were counted', async () => {
    for (const { body, bodyBytes } of await read({ bodies: wholeBodies() })) {
      expect(body?.bytes?.length ?? 0).toBe(bodyBytes)
    }
  })
})
