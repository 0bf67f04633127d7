import { readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { gzipSync } from 'node:zlib'
import nodeResolve from '@rollup/plugin-node-resolve'
import { build, type Plugin } from 'esbuild'
import { rollup } from 'rollup'
import type { Packed } from './packed'

/** What an application holds that imports something of the package, minified. */
export interface Bundle {
  /** Code that is loaded at once. */
  readonly code: string
  /** Files of the package that the code came from, such as `build/index.js`, those loaded on demand left out. */
  readonly inputs: readonly string[]
}

/** Everything that the library has. */
export const WHOLE_LIBRARY = ['', '/http', '/tls', '/dns'].map((path) => `export * from 'flowscope${path}'`).join('\n')

/** WebAssembly stays a file of its own, as it does with everything that can import it. */
const wasmIsExternal: Plugin = {
  name: 'wasm-is-external',
  setup: ({ onResolve }) => onResolve({ filter: /\.wasm(\?module)?$/ }, ({ path }) => ({ path, external: true })),
}

/** Bundles a module, which imports what it names from the installed package. */
export async function bundle({ project }: Packed, source: string, conditions: readonly string[]): Promise<Bundle> {
  const outdir = join(project, 'bundle')
  const { outputFiles, metafile } = await build({
    stdin: { contents: source, resolveDir: project, sourcefile: 'entry.js' },
    bundle: true,
    minify: true,
    splitting: true,
    format: 'esm',
    platform: 'neutral',
    metafile: true,
    write: false,
    outdir,
    external: ['node:*'],
    conditions: [...conditions],
    plugins: [wasmIsExternal],
    absWorkingDir: project,
  })
  const loaded: string[] = []
  const load = (file: string) => {
    const output = metafile.outputs[file]
    if (!output || loaded.includes(file)) return
    loaded.push(file)
    for (const { path, kind } of output.imports) if (kind === 'import-statement') load(path)
  }
  load(relative(project, join(outdir, 'stdin.js')))
  const used = loaded.flatMap((file) => Object.entries(metafile.outputs[file]?.inputs ?? {}))
  return {
    code: outputFiles
      .filter(({ path }) => loaded.includes(relative(project, path)))
      .map(({ text }) => text)
      .join('\n'),
    inputs: used
      .filter(([path, { bytesInOutput }]) => bytesInOutput > 0 && path.startsWith('node_modules/flowscope/'))
      .map(([path]) => path.replace('node_modules/flowscope/', '')),
  }
}

/** Bytes after gzip at its best. */
export function compressed(content: string | Uint8Array): number {
  return gzipSync(content, { level: 9 }).length
}

/** Bytes of the core, compressed. */
export function compressedCore({ installed }: Packed): number {
  return compressed(readFileSync(join(installed, 'build/core.wasm')))
}

/** What one that uses everything loads, minified and compressed: the code, and the core unless the code holds it. */
export async function loadedSize(packed: Packed, conditions: readonly string[]): Promise<number> {
  const { code, inputs } = await bundle(packed, WHOLE_LIBRARY, conditions)
  return compressed(code) + (inputs.includes('build/core-bytes.js') ? 0 : compressedCore(packed))
}

/** What Rollup, and so Vite, leaves of a module and of what it imports; code that is loaded on demand is left out. */
export async function shaken({ project }: Packed, source: string): Promise<string> {
  const entry = join(project, 'entry.js')
  const given = {
    name: 'given',
    resolveId: (id: string) => (id === entry ? id : null),
    load: (id: string) => (id === entry ? source : null),
  }
  const bundle = await rollup({ input: entry, plugins: [given, nodeResolve({ browser: true })] })
  const { output } = await bundle.generate({ format: 'esm' })
  await bundle.close()
  const chunks = output.filter((file) => file.type === 'chunk')
  const loaded = chunks.filter(({ isEntry }) => isEntry)
  for (const { imports } of loaded)
    loaded.push(...chunks.filter((c) => imports.includes(c.fileName) && !loaded.includes(c)))
  return loaded.map(({ code }) => code).join('\n')
}
