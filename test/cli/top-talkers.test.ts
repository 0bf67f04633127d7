import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TopTalkers } from '../../bindings/cli/top-talkers'

/** Additions of a few keys, so that they meet often. */
const additions = fc.array(
  fc.record({ key: fc.integer({ min: 0, max: 30 }).map(String), bytes: fc.integer({ min: 1, max: 1000 }) }),
  { maxLength: 300 },
)

function sums(list: readonly { key: string; bytes: number }[]): Map<string, number> {
  const totals = new Map<string, number>()
  for (const { key, bytes } of list) totals.set(key, (totals.get(key) ?? 0) + bytes)
  return totals
}

describe('TopTalkers', () => {
  it('is exact while there are places', () => {
    fc.assert(
      fc.property(additions, (list) => {
        const talkers = new TopTalkers(31)
        for (const { key, bytes } of list) talkers.add(key, 1, bytes)
        expect(talkers.uncertainty).toBe(0)
        expect(new Map(talkers.top(31).map(({ key, bytes }) => [key, bytes]))).toEqual(sums(list))
      }),
    )
  })

  it('never says too much, and too little by no more than it admits', () => {
    fc.assert(
      fc.property(additions, fc.integer({ min: 1, max: 8 }), (list, places) => {
        const talkers = new TopTalkers(places)
        for (const { key, bytes } of list) talkers.add(key, 1, bytes)
        const truth = sums(list)
        const found = new Map(talkers.top(places).map(({ key, bytes }) => [key, bytes]))
        expect(found.size).toBeLessThanOrEqual(places)
        for (const [key, bytes] of truth) {
          expect(found.get(key) ?? 0).toBeLessThanOrEqual(bytes)
          expect(bytes - (found.get(key) ?? 0)).toBeLessThanOrEqual(talkers.uncertainty)
        }
      }),
    )
  })

  it('sums flows, packets and bytes, heaviest first', () => {
    const talkers = new TopTalkers(10)
    talkers.add('light', 1, 10)
    talkers.add('heavy', 2, 30)
    talkers.add('heavy', 3, 40)
    expect(talkers.top(1)).toEqual([{ key: 'heavy', flows: 2, packets: 5, bytes: 70 }])
  })

  it('finds the heavy among many light ones', () => {
    const talkers = new TopTalkers(64)
    for (let i = 0; i < 10_000; i++) {
      talkers.add(`light ${i}`, 1, 100)
      if (i % 10 === 0) talkers.add('heavy', 1, 1500)
    }
    expect(talkers.top(1)[0]?.key).toBe('heavy')
  })
})
