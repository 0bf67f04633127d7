// Writes test/fixtures/generated/ anew.

import { mkdirSync, writeFileSync } from 'node:fs'
import { fixtures } from '../test/support/fixtures'

const folder = new URL('../test/fixtures/generated/', import.meta.url)

mkdirSync(folder, { recursive: true })
for (const [name, build] of Object.entries(fixtures)) {
  const bytes = build()
  writeFileSync(new URL(name, folder), bytes)
  console.log(`${name}: ${bytes.length} bytes`)
}
