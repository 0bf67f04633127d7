import { readdirSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { describe, expect, it } from 'vitest'

// The rooms of each floor; a room may import those before it. A file at the top of a floor is a room of its own.
const FLOORS = {
  assembly: ['layout', 'env', 'memory', 'output', 'capture', 'packet', 'extract', 'stream', 'flow', 'index', 'stages'],
  bindings: [
    'platform',
    'common',
    'packet',
    'core',
    'extract',
    'sources',
    'tracker',
    'session',
    'parsers',
    'driver',
    'adapters',
    'ndjson',
    'worker',
    'opentelemetry',
    'index',
    'cli',
  ],
}

describe.each(Object.entries(FLOORS))('%s/', (floor, rooms) => {
  const files = sources(floor)
  const imports = files.flatMap((file) => importsOf(file).map((target) => ({ file, target })))

  it('has no room that this test does not know', () => {
    expect([...new Set(files.map(roomOf))].filter((room) => !rooms.includes(room))).toEqual([])
  })

  it('imports downwards only', () => {
    const upwards = imports.filter(({ file, target }) => rooms.indexOf(roomOf(target)) > rooms.indexOf(roomOf(file)))
    expect(upwards.filter(({ target }) => floorOf(target) === floor)).toEqual([])
  })

  it('knows of the other floor only the layouts', () => {
    const across = imports.filter(({ target }) => floorOf(target) !== floor).map(({ target }) => target)
    expect([...new Set(across)].filter((target) => floorOf(target) !== 'build')).toEqual(
      floor === 'assembly' ? [] : ['assembly/layout'],
    )
  })
})

function sources(floor: string): string[] {
  return readdirSync(floor, { recursive: true, encoding: 'utf8' })
    .map((file) => posix.join(floor, file.replaceAll('\\', '/')))
    .filter((file) => /(?<!\.d|\.test|\.spec)\.ts$/.test(file) && !file.includes('/__tests__/'))
}

function importsOf(file: string): string[] {
  const specifiers = readFileSync(file, 'utf8').matchAll(/\bfrom '(\.[^']*)'|\bimport\('(\.[^']*)'\)/g)
  return [...specifiers].map(([, from, dynamic]) => posix.join(posix.dirname(file), from ?? dynamic ?? ''))
}

const floorOf = (path: string) => path.split('/')[0]

const roomOf = (path: string) => path.split('/')[1]?.replace(/\.ts$/, '') ?? ''
