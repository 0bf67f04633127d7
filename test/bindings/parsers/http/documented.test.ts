import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { resolveOptions } from '../../../../bindings/parsers/http'
import { ANOMALIES, LENIENCIES } from '../../../../bindings/parsers/http/findings'

const document = readFileSync('docs/http.md', 'utf8')

/** First cells of the table with this heading, and the second ones. */
function rows(heading: string): [string, string][] {
  const table = document.slice(document.indexOf(`| ${heading} |`)).split('\n\n')[0] ?? ''
  return [...table.matchAll(/^\| `(\w+)` \| ([^|]*) \|/gm)].map(([, name = '', second = '']) => [name, second])
}

it.each([
  ['leniency', LENIENCIES],
  ['anomaly', ANOMALIES],
])('docs/http.md lists each %s', (heading, names) => {
  expect(rows(heading).map(([name]) => name)).toEqual(names)
})

it('docs/http.md lists bounds with their defaults', () => {
  const { bodies: _, onAnomaly: __, counters: ___, ...bounds } = resolveOptions({})
  const listed = rows('option').map(([name, value]) => [name, Number(value.replaceAll(',', ''))])
  expect(Object.fromEntries(listed)).toEqual(bounds)
})
