import { describe, expect, it } from 'vitest'
import { Driver, type DriverEvent } from '../../../../bindings'
import { type HttpMessage, type HttpOptions, http, wholeBodies } from '../../../../bindings/parsers/http'
import { Conversation } from '../../../support/conversation'
import { at, captureOf } from '../../support'
import { briefly } from './support'

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n'

/** Messages of a capture, read by a driver whose core passes over what the parser does not want. */
async function read(frames: readonly Uint8Array[], options: HttpOptions = {}): Promise<HttpMessage[]> {
  using driver = await Driver.create({ parsers: [http(options)] })
  const found: HttpMessage[] = []
  for await (const event of driver.events(captureOf(frames)) as AsyncIterable<DriverEvent>) {
    if (event.kind === 'message') found.push(event.message as HttpMessage)
  }
  return found
}

describe.each([
  ['skipped', {}],
  ['kept', { bodies: wholeBodies() }],
] as const)('of a body that is %s', (_, options) => {
  const part = 'x'.repeat(1000)

  it('bytes that the capture has not are told, and not counted', async () => {
    const c = new Conversation()
    const frames = [...c.open(), c.send('initiator', 'GET /a HTTP/1.0\r\n\r\n'), c.send('responder', OK)]
    for (let i = 0; i < 9; i++) {
      if (i === 3 || i === 4) c.lose('responder', part.length)
      else frames.push(c.send('responder', part))
      frames.push(c.acknowledge('initiator'))
    }
    frames.push(c.send('initiator', 'GET /b HTTP/1.0\r\n\r\n'), c.send('responder', 'HTTP/1.1 204 x\r\n\r\n'))
    const messages = await read([...frames, ...c.close()], options)
    expect(briefly(messages)).toEqual(['GET /a 0', '200 to /a 7000 -2000', 'GET /b 0', '204 to /b 0'])
    expect(messages[1]?.anomalies).toEqual(['gap_in_body'])
  })

  it.each(['close', 'reset'] as const)('bytes that came before a %s count', async (end) => {
    const c = new Conversation()
    const frames = [...c.open(), c.send('initiator', 'GET /a HTTP/1.0\r\n\r\n'), c.send('responder', OK + part)]
    for (let i = 0; i < 4; i++) frames.push(c.send('responder', part))
    frames.push(c.acknowledge('initiator'), ...(end === 'close' ? c.close() : [c.reset('responder')]))
    expect(briefly(await read(frames, options))).toEqual(['GET /a 0', '200 to /a 5000 incomplete'])
  })
})

describe('a body that ends with the connection', () => {
  const answer = 'HTTP/1.1 200 OK\r\n\r\nbody'

  it('ends with the FIN of its side, while the other goes on', async () => {
    using driver = await Driver.create({ parsers: [http({ bodies: wholeBodies() })] })
    const c = new Conversation()
    const frames = [...c.open(), c.send('initiator', 'GET /a HTTP/1.0\r\n\r\n'), c.send('responder', answer)]
    for (const frame of frames) driver.track(at(1, frame))
    const [, message] = driver.track(at(2, c.send('responder', '', 'FA')))
    expect(message).toMatchObject({ kind: 'message', message: { kind: 'response', isComplete: true, bodyBytes: 4 } })
    expect(driver.flowCount).toBe(1)
  })

  it('is not known to be whole where there was none', async () => {
    const c = new Conversation()
    const frames = [...c.open(), c.send('initiator', 'GET /a HTTP/1.0\r\n\r\n'), c.send('responder', answer)]
    expect(briefly(await read(frames))).toEqual(['GET /a 0', '200 to /a 4 incomplete'])
    expect(briefly(await read([...frames, ...c.close()]))).toEqual(['GET /a 0', '200 to /a 4'])
  })
})

describe('a body that lasts until the connection closes', () => {
  it.each([
    ['a FIN', '', (c: Conversation) => c.close()],
    ['a FIN of its side alone', '', (c: Conversation) => [c.send('responder', '', 'FA')]],
    ['a RST', ' incomplete', (c: Conversation) => [c.reset('responder')]],
    ['the end of the capture', ' incomplete', () => []],
  ])('ends by %s: "%s"', async (_, incomplete, end) => {
    const c = new Conversation()
    const frames = [...c.open(), c.send('initiator', 'GET /a HTTP/1.0\r\n\r\n')]
    frames.push(c.send('responder', 'HTTP/1.0 200 OK\r\n\r\n12345'), ...end(c))
    expect(briefly(await read(frames))).toEqual(['GET /a 0', `200 to /a 5${incomplete}`])
  })
})
