import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { StreamModel } from '../support/stream-model'

const CASES = 10_000
const PARTS = 10

/** Longer runs, and cases by number: scripts/stream-model.ts. */
describe('streams are what a naive reassembler makes of them', () => {
  let model: StreamModel

  beforeAll(async () => {
    model = new StreamModel(await WebAssembly.compile(readFileSync('build/core.wasm')))
  })

  it.each(Array.from({ length: PARTS }, (_, i) => [(i * CASES) / PARTS + 1, ((i + 1) * CASES) / PARTS]))(
    'in random connections %i to %i',
    (first, last) => {
      for (let seed = first; seed <= last; seed++) {
        const fault = model.check(seed)
        if (fault !== '') expect.fail(`connection ${seed}: ${fault}`)
      }
    },
    60_000,
  )

  it('some of which have gaps, overlaps that disagree, and a FIN', () => {
    expect(model.seen.gaps).toBeGreaterThan(CASES / 10)
    expect(model.seen.ends).toBeGreaterThan(CASES / 10)
    expect(model.seen.conflicts).toBeGreaterThan(CASES / 10)
  })
})
