import { expect } from 'vitest'
import type { SessionParser } from '../../bindings'
import { type Cut, lengthOf, replay, type Stream, streamsOf } from './replay'

/** Streams up to so many bytes are cut at each place, where a capture has no more than that; longer ones at random. */
const SHORT = 4000
const SMALL = 12_000

// FLOWSCOPE_CUTS=1000 for a long run.
const { FLOWSCOPE_CUTS = 8 } = process.env
const RANDOM_CUTS = Number(FLOWSCOPE_CUTS)

/** What was cut, so that a test can say that it was something. */
export interface Cutting {
  readonly streams: number
  readonly messages: number
  readonly cuts: number
}

/** Cuts all streams of a capture in many ways; a parser must answer each time what it answers to them uncut. */
export async function cutInAllWays(
  path: string,
  parserOf: (stream: Stream) => SessionParser<unknown>,
): Promise<Cutting> {
  const streams = await streamsOf(path)
  const isSmall = streams.reduce((sum, stream) => sum + lengthOf(stream), 0) <= SMALL
  let messages = 0
  let cuts = 0
  for (const stream of streams) {
    const whole = replay(parserOf(stream), stream)
    const holds = (cut: Cut, how: string) => {
      cuts++
      // A comparison of texts: an expectation for each of millions would take most of the time.
      const answers = replay(parserOf(stream), stream, cut)
      if (answers.join('\n') !== whole.join('\n')) expect(answers, how).toEqual(whole)
    }
    messages += whole.length
    for (const [cut, how] of cutsOf(lengthOf(stream), isSmall)) holds(cut, how)
  }
  return { streams: streams.length, messages, cuts }
}

function* cutsOf(length: number, isSmall: boolean): Generator<[Cut, string]> {
  yield [(_, bytes) => Array.from({ length: bytes - 1 }, (_, i) => i + 1), 'byte by byte']
  if (isSmall && length <= SHORT) {
    for (let at = 1; at < length; at++) {
      yield [(place, bytes) => (at > place && at < place + bytes ? [at - place] : []), `cut at ${at}`]
    }
    return
  }
  for (let seed = 1; seed <= RANDOM_CUTS; seed++) yield [randomCut(seed), `cut with seed ${seed}`]
}

/** Pieces of 1 byte to a few hundred, the same each time. */
function randomCut(seed: number): Cut {
  return (place, bytes) => {
    let state = (seed * 2_654_435_761 + place) >>> 0
    const ends: number[] = []
    for (let at = 0; at < bytes; ) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
      at += 1 + ((state >>> 8) % (1 << (state >>> 29)))
      if (at < bytes) ends.push(at)
    }
    return ends
  }
}
