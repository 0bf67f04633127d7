import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { type Packed, packedPackage } from './support/packed'
import { bundle, compressed, compressedCore, shaken, WHOLE_LIBRARY } from './support/sizes'
import { importTool, installTools } from './support/tools'

const missingTools = await installTools()

/** The most that packing, installing or a check may take, in milliseconds. */
const LIMIT = 60_000

/** kB are 1000 bytes; sizes are those after gzip, unless said otherwise. */
const CORE_BUDGET = 40_000
const LIBRARY_BUDGET = 75_000
const TARBALL_BUDGET = 1_250_000

let packed: Packed
let manifest: { exports: Record<string, unknown>; imports: Record<string, Record<string, string>> }

beforeAll(async () => {
  packed = await packedPackage()
  manifest = JSON.parse(readFileSync(join(packed.installed, 'package.json'), 'utf8'))
}, LIMIT)

describe('what npm packs', () => {
  it('is the build, the licences, and what tells of them', () => {
    const others = packed.manifest.files.map(({ path }) => path).filter((path) => !path.startsWith('build/'))
    expect(others.sort()).toEqual(['CHANGELOG.md', 'LICENSE-APACHE', 'LICENSE-MIT', 'README.md', 'package.json'])
    const kinds = packed.manifest.files.flatMap(({ path }) => path.match(/^build\/[\w-]+(\..*)$/)?.[1] ?? [])
    expect([...new Set(kinds)].sort()).toEqual(['.d.ts', '.js', '.js.map', '.txt', '.wasm', '.wasm.d.ts'])
    // The page that `flowscope web` serves.
    const web = packed.manifest.files.flatMap(({ path }) => path.match(/^build\/web\/[\w-]+(\..*)$/)?.[1] ?? [])
    expect([...new Set(web)].sort()).toEqual(['.css', '.html', '.js', '.svg', '.wasm'])
    expect(kinds.length + web.length + others.length).toBe(packed.manifest.files.length)
  })

  it('has a source map for each module that can be imported, with the sources in it', () => {
    const paths = packed.manifest.files.map(({ path }) => path)
    const modules = paths.filter((path) => /^build\/(?!core-bytes|cli|worker-browser)[\w-]+\.js$/.test(path))
    for (const path of modules) {
      const { sources, sourcesContent } = JSON.parse(readFileSync(join(packed.installed, `${path}.map`), 'utf8'))
      expect(sourcesContent, path).toHaveLength(sources.length)
    }
    expect(modules.length).toBeGreaterThan(10)
  })

  it('has every file that a user can name', () => {
    const named = JSON.stringify([manifest.exports, manifest.imports]).match(/(?<=:")\.\/[^"]+/g) ?? []
    expect(named.length).toBeGreaterThan(15)
    // A star stands for what lies in a folder.
    const paths = named.map((file) => join(packed.installed, file.replace(/\*$/, '')))
    expect(paths.filter((path) => !existsSync(path))).toEqual([])
  })

  it('is small', () => {
    expect(packed.manifest.size).toBeLessThan(TARBALL_BUDGET)
  })

  it('needs no other package, builds nothing, and runs nothing when it is installed', () => {
    const {
      dependencies,
      scripts,
      private: isPrivate,
    } = JSON.parse(readFileSync(join(packed.installed, 'package.json'), 'utf8'))
    expect([dependencies, isPrivate]).toEqual([undefined, undefined])
    expect(Object.keys(scripts).filter((name) => /install|prepare/.test(name))).toEqual([])
  })
})

describe('sizes', () => {
  it('keep to the budget of the core', () => {
    expect(compressedCore(packed)).toBeLessThanOrEqual(CORE_BUDGET)
  })

  it('keep to the budget of the library with all protocols', async () => {
    const { code, inputs } = await bundle(packed, WHOLE_LIBRARY, ['browser'])
    expect(inputs).toEqual(expect.arrayContaining(['build/http.js', 'build/platform-browser.js']))
    expect(compressed(code)).toBeLessThanOrEqual(LIBRARY_BUDGET)
  })
})

describe('an application', () => {
  /** What the code of each part says somewhere. */
  const MARKS = {
    http: 'transfer-encoding',
    tls: 'client_hello',
    dns: 'rcode',
    tracker: 'setIdleTimeoutOf',
    core: 'core.wasm',
  }

  it.each([
    ["export { dns } from 'flowscope/dns'", ['dns']],
    ["export { http } from 'flowscope/http'", ['http']],
    ["export { tls } from 'flowscope/tls'", ['tls']],
    ["export { flows } from 'flowscope'", ['tracker', 'core']],
    ["export { messages } from 'flowscope'; export { dns } from 'flowscope/dns'", ['dns', 'tracker', 'core']],
    ["export { Timestamp, PacketView } from 'flowscope'", []],
    ["import 'flowscope'; import 'flowscope/http'; import 'flowscope/tls'; import 'flowscope/dns'", []],
    [WHOLE_LIBRARY, ['http', 'tls', 'dns', 'tracker', 'core']],
  ])('that says %s holds that and nothing else', async (source, parts) => {
    const code = await shaken(packed, source)
    expect(Object.entries(MARKS).flatMap(([part, mark]) => (code.includes(mark) ? part : []))).toEqual(parts)
  })

  it.each(['dns', 'http', 'tls'])('that takes %s alone holds it alone with esbuild as well', async (name) => {
    const { code } = await bundle(packed, `export { ${name} } from 'flowscope/${name}'`, ['browser'])
    expect(code).not.toContain(MARKS.core)
    expect(compressed(code)).toBeLessThan(LIBRARY_BUDGET / 3)
  })
})

describe('checks of others', () => {
  it.skipIf(missingTools)(
    missingTools ? `publint: ${missingTools}` : 'publint finds nothing',
    { timeout: LIMIT },
    async () => {
      const { publint } = await importTool<Publint>('publint')
      const { messages } = await publint({ pkgDir: packed.installed, strict: true, pack: false })
      expect(messages).toEqual([])
    },
  )

  // As its profile `esm-only` has it: a package of modules has nothing for `require`, nor for TypeScript before 4.7.
  it.skipIf(missingTools)(
    missingTools ? `attw: ${missingTools}` : 'attw finds nothing',
    { timeout: LIMIT },
    async () => {
      const { checkPackage, createPackageFromTarballData } = await importTool<Attw>('@arethetypeswrong/core')
      const tarball = new Uint8Array(readFileSync(packed.tarball))
      const { problems, entrypoints } = await checkPackage(createPackageFromTarballData(tarball))
      expect(Object.keys(entrypoints)).toEqual(Object.keys(manifest.exports))
      expect(problems.filter(({ resolutionKind }) => !['node10', 'node16-cjs'].includes(resolutionKind))).toEqual([])
    },
  )
})

/** What is used of publint. */
interface Publint {
  publint(options: { pkgDir: string; strict: boolean; pack: false }): Promise<{ messages: readonly object[] }>
}

/** What is used of Are The Types Wrong. */
interface Attw {
  createPackageFromTarballData(tarball: Uint8Array): object
  checkPackage(subject: object): Promise<{
    problems: readonly { resolutionKind: string }[]
    entrypoints: Record<string, object>
  }>
}
