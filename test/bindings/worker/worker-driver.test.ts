import { readFileSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import {
  BusyError,
  CaptureError,
  ConfigError,
  customExtractor,
  DisposedError,
  type DriverEvent,
  FlowscopeError,
  SourceError,
  Timestamp,
} from '../../../bindings'
import { WorkerDriver, WorkerError } from '../../../bindings/worker'
import { captureOf, collect, connection, udpFlows } from '../support'
import { inThread, textsOf, withWorker } from './support'

const own = () => new Worker(new URL('own-worker.mjs', import.meta.url))
const ownDriver = (...parsers: string[]) => WorkerDriver.create({ parsers, worker: own, anomalies: true })

/** What the parser `rich` of own-worker.mjs answers. */
interface RichMessage {
  readonly options: object
  readonly part: object
  readonly again: object
  readonly self: object
  readonly day: Date
}

/** Reads a connection with a parser of own-worker.mjs. */
async function eventsWith(parser: string, capture = captureOf(connection())): Promise<DriverEvent[]> {
  using driver = await ownDriver(parser)
  return await collect<DriverEvent>(driver.events(capture))
}

/** A capture of many flows, and how much of it was asked for. */
function endless(frames = udpFlows(200)) {
  const bytes = captureOf(frames)
  const counts = { read: 0, closed: 0 }
  let position = 0
  return {
    counts,
    readInto(target: Uint8Array) {
      const piece = bytes.subarray(position, position + target.length)
      target.set(piece)
      counts.read += piece.length
      // Packets again and again, but one file header.
      position = position + piece.length === bytes.length ? 24 : position + piece.length
      return Promise.resolve(piece.length)
    },
    close() {
      counts.closed++
    },
  }
}

describe('reading', () => {
  it('goes on with the flows of an earlier capture', async () => {
    const [first, second] = [connection().slice(0, 4), connection().slice(4)]
    await withWorker({}, async (driver) => {
      const before = await collect(driver.read(captureOf(first)))
      expect(before.some(({ kind }) => kind === 'ended')).toBe(false)
      await collect(driver.read(captureOf(second)))
      const stats = await driver.stats()
      expect([stats.packets, stats.flowsCreated]).toEqual([8, 1])
    })
  })

  it('sweeps and finishes', async () => {
    await withWorker({ parsers: [] }, async (driver) => {
      await collect(driver.read(captureOf(udpFlows(3))))
      expect(await driver.sweep(Timestamp.ZERO)).toEqual([])
      const swept = await driver.sweep(new Timestamp(61))
      expect(swept.map((event) => 'reason' in event && event.reason)).toEqual(['idle_timeout'])
      const finished = await driver.finish()
      expect(finished.map((event) => 'reason' in event && event.reason)).toEqual(['end_of_capture', 'end_of_capture'])
      expect((await driver.stats()).flowsLive).toBe(0)
    })
  })

  it('changes the configuration', async () => {
    await withWorker({ parsers: [], maxFlows: 10 }, async (driver) => {
      expect(driver.config.maxFlows).toBe(10)
      await collect(driver.read(captureOf(udpFlows(4))))
      const events = await driver.reconfigure({ maxFlows: 1 })
      expect(events.map(({ kind }) => kind)).toEqual(['ended', 'ended', 'ended'])
      expect(driver.config.maxFlows).toBe(1)
      await expect(driver.reconfigure({ maxFlows: 0 })).rejects.toThrow(ConfigError)
      expect(driver.config.maxFlows).toBe(1)
    })
  })

  it('is not far ahead of who takes its events', async () => {
    const source = endless()
    await withWorker({}, async (driver) => {
      const events = driver.events(source)
      await events.next()
      let read = -1
      while (read !== source.counts.read) {
        read = source.counts.read
        // A few batches, and the pieces that wait.
        expect(read).toBeLessThan(8 << 20)
        await new Promise((resolve) => setTimeout(resolve, 500))
      }
      await events.return()
    })
    expect(source.counts.closed).toBe(1)
  })

  it('is one at a time', async () => {
    await withWorker({}, async (driver) => {
      const events = driver.events(endless())
      await events.next()
      await expect(driver.finish()).rejects.toThrow(BusyError)
      expect((await driver.stats()).packets).toBeGreaterThan(0)
      await events.return()
    })
  })
})

describe('an iteration that is left early', () => {
  it('loses no event', async () => {
    const capture = captureOf(udpFlows(3000))
    const expected = await inThread(capture)
    await withWorker({}, async (driver) => {
      const taken: DriverEvent[] = []
      for await (const event of driver.read(capture)) {
        taken.push(event)
        if (taken.length === 700) break
      }
      const rest = await driver.finish()
      const { packets } = await driver.stats()
      expect(taken.length + rest.length).toBeGreaterThan(packets)
      const started = [...taken, ...rest].filter(({ kind }) => kind === 'started')
      expect(textsOf(started)).toEqual(
        textsOf(expected.events.filter(({ kind }) => kind === 'started')).slice(0, started.length),
      )
      expect(started.length).toBe(packets)
    })
  })

  it('ends when its signal aborts, and the driver can be used again', async () => {
    const source = endless()
    const controller = new AbortController()
    await withWorker({}, async (driver) => {
      const steps: number[] = []
      const reading = async () => {
        for await (const _ of driver.events(source, {
          signal: controller.signal,
          onProgress: ({ bytesRead }) => steps.push(bytesRead),
        })) {
          if (steps.length > 3) controller.abort(new Error('enough'))
        }
      }
      await expect(reading()).rejects.toThrow('enough')
      expect(source.counts.closed).toBe(1)
      await driver.finish()
      const { flowsCreated, flowsEnded } = await driver.stats()
      expect(flowsEnded).toBe(flowsCreated)
    })
  })

  it('ends at once when its signal aborts while it waits', async () => {
    const waiting = { readInto: () => new Promise<number>(() => undefined), close: () => undefined }
    await withWorker({}, async (driver) => {
      const signal = AbortSignal.timeout(50)
      await expect(collect(driver.events(waiting, { signal }))).rejects.toThrow(/timeout/)
      expect(await collect(driver.events(captureOf(connection())))).not.toEqual([])
    })
  })

  it('ends at once when the driver is disposed', async () => {
    const driver = await WorkerDriver.create()
    const waiting = { readInto: () => new Promise<number>(() => undefined) }
    const pending = collect(driver.events(waiting))
    setTimeout(() => driver.dispose(), 50)
    await expect(pending).rejects.toThrow(DisposedError)
    await expect(driver.stats()).rejects.toThrow(DisposedError)
    await expect(collect(driver.events(waiting))).rejects.toThrow(DisposedError)
    driver.dispose()
  })
})

describe('what goes wrong', () => {
  it('is damage, with all events before it', async () => {
    const capture = captureOf(connection()).subarray(0, -5)
    const expected = await inThread(capture)
    await withWorker({}, async (driver) => {
      const events: DriverEvent[] = []
      const reading = async () => {
        for await (const event of driver.events(capture)) events.push(event)
      }
      const error = await reading().catch((thrown: unknown) => thrown)
      expect(error).toBeInstanceOf(CaptureError)
      expect(error).toEqual(expected.damage)
      expect(error).toMatchObject({ code: 'truncated', offset: expected.damage?.offset })
      expect(textsOf(events)).toEqual(textsOf(expected.events))
    })
  })

  it('is a file that is not there', async () => {
    await withWorker({}, async (driver) => {
      await expect(collect(driver.events('no-such-file.pcap'))).rejects.toMatchObject({ code: 'ENOENT' })
    })
  })

  it('is a source that throws: its own error', async () => {
    const error = new Error('of the source')
    const source = { readInto: () => Promise.reject(error), close: () => undefined }
    await withWorker({}, async (driver) => {
      await expect(collect(driver.events(source))).rejects.toBe(error)
      await expect(collect(driver.events({ readInto: () => -1 }))).rejects.toThrow(SourceError)
      expect(await collect(driver.events(captureOf(connection())))).not.toEqual([])
    })
  })

  it('is an option that cannot be used, or not be sent', async () => {
    await expect(WorkerDriver.create({ maxFlows: 0 })).rejects.toMatchObject({
      name: 'ConfigError',
      option: 'maxFlows',
    })
    await expect(WorkerDriver.create({ parsers: ['ftp' as 'http'] })).rejects.toThrow(
      /must be among http, tls, dns: ftp/,
    )
    const idleTimeoutOf = { idleTimeoutOf: () => 1 } as object
    await expect(WorkerDriver.create(idleTimeoutOf)).rejects.toMatchObject({ option: 'idleTimeoutOf' })
    const extractor = customExtractor(() => undefined)
    await expect(WorkerDriver.create({ extractor })).rejects.toMatchObject({ option: 'extractor' })
  })

  it('is a worker that cannot be started', async () => {
    const missing = () => new Worker(new URL('no-such-worker.mjs', import.meta.url))
    await expect(WorkerDriver.create({ worker: missing })).rejects.toThrow(WorkerError)
    const throwing = () => {
      throw new TypeError('no')
    }
    await expect(WorkerDriver.create({ worker: throwing })).rejects.toThrow(WorkerError)
  })

  it.each([
    ['crash', /on purpose/],
    ['exit', /exit code 3/],
  ])('is a worker that fails: %s', async (parser, message) => {
    using driver = await ownDriver(parser)
    const error = await collect<DriverEvent>(driver.events(endless(connection()))).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(WorkerError)
    expect(error).toBeInstanceOf(FlowscopeError)
    expect((error as Error).message).toMatch(message)
    await expect(driver.stats()).rejects.toThrow(WorkerError)
    await expect(driver.finish()).rejects.toThrow(WorkerError)
  })

  it('is a worker that never answers: it can be ended all the same', async () => {
    const driver = await ownDriver('endless')
    const pending = collect<DriverEvent>(driver.events(captureOf(connection())))
    setTimeout(() => driver.dispose(), 100)
    await expect(pending).rejects.toThrow(DisposedError)
  })
})

describe('parsers of your own', () => {
  it('send messages of plain data, time stamps and bytes', async () => {
    using driver = await WorkerDriver.create({
      parsers: [{ name: 'rich', options: { depth: [1, { two: 2 }] } }],
      worker: own,
    })
    const [event] = (await collect<DriverEvent>(driver.events(captureOf(connection())))).filter(
      (e) => e.kind === 'message',
    )
    const { message } = event as { message: RichMessage }
    const part = { bytes: Uint8Array.of(0x67, 0x65), at: [new Timestamp(4)] }
    expect(message.options).toEqual({ depth: [1, { two: 2 }] })
    expect(message.part).toEqual(part)
    expect(message.again).toBe(message.part)
    expect(message.self).toBe(message)
    expect(message.day).toEqual(new Date(0))
    expect(Object.keys(message)).toEqual(['options', 'part', 'again', '__proto__', 'day', 'none', 'self'])
    expect(Object.getPrototypeOf(message)).toBe(Object.prototype)
  })

  it('send no classes of their own', async () => {
    const [event] = (await eventsWith('greeting')).filter(({ kind }) => kind === 'message')
    expect(event).toMatchObject({ protocol: 'greeting', message: { text: 'hello' } })
  })

  it('tell anomalies, and errors', async () => {
    const odd = (await eventsWith('odd')).filter(({ kind }) => kind === 'anomaly')
    expect(odd[0]).toMatchObject({ anomaly: { kind: 'protocol_violation', parser: 'odd', detail: 'odd' } })
    const closed = (await eventsWith('throwing')).filter((event) => event.kind === 'parser_closed')
    expect(closed[0]).toMatchObject({ reason: 'threw', detail: 'too much' })
    expect((closed[0] as { error: unknown }).error).toBeInstanceOf(RangeError)
  })

  it('cannot send functions', async () => {
    await expect(eventsWith('functions')).rejects.toThrow('a message of functions cannot be sent to another thread: me')
  })
})

describe('the worker for browsers', () => {
  /** A worker of Node with the interface of the Web's. */
  function webWorker() {
    const worker = new Worker(new URL('web-worker.mjs', import.meta.url))
    return {
      postMessage: (message: unknown, transfer: ArrayBuffer[]) => worker.postMessage(message, transfer),
      addEventListener: (type: string, listener: (event: Event) => void) => {
        worker.on(type, (data: unknown) =>
          listener(Object.assign(new Event(type), type === 'error' ? { error: data } : { data })),
        )
      },
      terminate: () => worker.terminate(),
    }
  }

  it('is one file, and tells the same', async () => {
    const source = readFileSync(new URL('../../../build/worker-browser.js', import.meta.url), 'utf8')
    expect(source).not.toMatch(/\bimport\s*[({"'*]|\bimport \w+ from/)
    const capture = captureOf(connection())
    const expected = await inThread(capture)
    using driver = await WorkerDriver.create({ parsers: ['http', 'tls', 'dns'], worker: webWorker })
    expect(textsOf(await collect<DriverEvent>(driver.events(new Blob([capture.slice()]))))).toEqual(
      textsOf(expected.events),
    )
  })

  it('tells of its failures', async () => {
    using driver = await WorkerDriver.create({ parsers: ['http'], worker: webWorker })
    await expect(collect<DriverEvent>(driver.events('trace.pcap'))).rejects.toThrow(FlowscopeError)
  })
})
