import { describe, expect, it } from 'vitest'
import { wholeBodies } from '../../../../bindings/parsers/http'
import { CONVERSATIONS, completely, converse, cut, type Step } from './support'

const OPTIONS = [{}, { bodies: wholeBodies({ maxBytes: 6 }) }, { maxHead: 256, maxSearch: 40, maxChunkLine: 16 }]

const seen = (steps: readonly Step[], options: object) => {
  const { messages, counters } = converse(steps, options)
  return { messages: completely(messages), counters: JSON.stringify(counters) }
}

/** A small generator, so that a failure can be had again. */
function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

describe.each(Object.entries(CONVERSATIONS))('how bytes are cut makes no difference: %s', (_, steps) => {
  it.each(OPTIONS)('with %j', (options) => {
    const whole = seen(steps, options)
    expect(whole.messages).not.toEqual([])
    // Every place by itself, in one part at a time.
    for (const [i, step] of steps.entries()) {
      if (!('bytes' in step)) continue
      for (let at = 1; at < step.bytes.length; at++) {
        expect(
          seen(
            cut(steps, (_length, k) => (k === i ? [at] : [])),
            options,
          ),
        ).toEqual(whole)
      }
    }
    expect(
      seen(
        cut(steps, (length) => Array.from({ length: length - 1 }, (_, k) => k + 1)),
        options,
      ),
    ).toEqual(whole)
    for (let seed = 1; seed <= 20; seed++) {
      const next = random(seed)
      const cutter = (length: number) => Array.from({ length: length - 1 }, (_, k) => k + 1).filter(() => next() < 0.2)
      expect(seen(cut(steps, cutter), options)).toEqual(whole)
    }
  })
})
