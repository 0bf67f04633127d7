import { Writable } from 'node:stream'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, it, vi } from 'vitest'
import { Output } from '../../bindings/cli/output/output'

/** A stream that takes a chunk only when it is told to. */
class SlowStream extends Writable {
  readonly chunks: string[] = []
  #accept: (() => void) | undefined

  constructor() {
    super({ highWaterMark: 1, decodeStrings: false })
  }

  override _write(chunk: string, _encoding: string, callback: () => void): void {
    this.chunks.push(chunk)
    this.#accept = callback
  }

  accept(): void {
    this.#accept?.()
  }
}

function fastStream(chunks: string[]): Writable {
  return new Writable({
    decodeStrings: false,
    write(chunk, _encoding, callback) {
      chunks.push(chunk)
      callback()
    },
  })
}

describe('Output', () => {
  it('gathers what is written in one turn of the event loop', async () => {
    const chunks: string[] = []
    const output = new Output(fastStream(chunks))
    output.write('a\n')
    output.write('b\n')
    expect(chunks).toEqual([])
    await nextTurn()
    expect(chunks).toEqual(['a\nb\n'])
  })

  it('does not wait for the turn to end when much has gathered', () => {
    const chunks: string[] = []
    const output = new Output(fastStream(chunks))
    output.write('x'.repeat(100_000))
    expect(chunks.join('')).toHaveLength(100_000)
  })

  it('makes the writer wait for a slow reader', async () => {
    const stream = new SlowStream()
    const output = new Output(stream)
    const waiting = output.write('x'.repeat(100_000))
    expect(waiting).toBeInstanceOf(Promise)
    let isDone = false
    const done = waiting?.then(() => {
      isDone = true
    })
    await nextTurn()
    expect(isDone).toBe(false)
    stream.accept()
    await done
    expect(output.write('more')).toBeUndefined()
  })

  it('flushes everything', async () => {
    const chunks: string[] = []
    const output = new Output(fastStream(chunks))
    output.write('last line\n')
    await output.flush()
    expect(chunks.join('')).toBe('last line\n')
  })

  it('tells when the reader went away, and drops the rest', async () => {
    const stream = new SlowStream()
    const output = new Output(stream)
    output.onClose = vi.fn()
    const waiting = output.write('x'.repeat(100_000))
    stream.destroy(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }))
    await waiting
    expect(output.onClose).toHaveBeenCalledOnce()
    expect([output.isClosed, output.failure]).toEqual([true, undefined])
    expect(output.write('more')).toBeUndefined()
    await output.flush()
  })

  it('keeps an error that is not the reader going away', async () => {
    const stream = new SlowStream()
    const output = new Output(stream)
    const waiting = output.write('x'.repeat(100_000))
    const full = Object.assign(new Error('no space left'), { code: 'ENOSPC' })
    stream.destroy(full)
    await waiting
    expect(output.failure).toBe(full)
  })
})
