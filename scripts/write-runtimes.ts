// Puts what the tests of runtimes have found into docs/runtimes.md. Rows of runtimes that were not here to run stay.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { RUNTIMES } from '../test/runtimes/support/all'
import { DOCUMENT, RESULTS, type Row, readTable, withTable } from '../test/runtimes/support/table'

const found: Row[] = readdirSync(RESULTS).map((file) => JSON.parse(readFileSync(join(RESULTS, file), 'utf8')))
const known = [...found, ...readTable()]
const rows = RUNTIMES.flatMap(({ name }) => known.find(({ runtime }) => runtime === name) ?? [])
writeFileSync(DOCUMENT, withTable(readFileSync(DOCUMENT, 'utf8'), rows))
console.log(`${found.length} of ${RUNTIMES.length} runtimes have run, see docs/runtimes.md`)
