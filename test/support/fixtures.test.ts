import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { fixtures } from './fixtures'

const folder = new URL('../fixtures/generated/', import.meta.url)

describe('generated fixtures', () => {
  it.each(Object.entries(fixtures))('%s is what the generator writes', (name, build) => {
    expect(build()).toEqual(new Uint8Array(readFileSync(new URL(name, folder))))
  })

  it('are all there is', () => {
    expect(readdirSync(folder).sort()).toEqual(Object.keys(fixtures).sort())
  })
})
