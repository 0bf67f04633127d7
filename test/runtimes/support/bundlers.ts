import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import nodeResolve from '@rollup/plugin-node-resolve'
import { build } from 'esbuild'
import { rollup } from 'rollup'
import { importTool } from './tools'
import { runVite } from './vite'

/** Builds test/runtimes/app as its users do: with no more configuration than they have anyway. */
export interface Bundler {
  readonly name: string
  /** Whether it copies files that the code names: the core, and the worker. Others bring the core within the code. */
  readonly copiesFiles: boolean
  /** Whether it comes with this project, and not with test/runtimes. */
  readonly isOurs: boolean
  /** Builds page.mjs into a folder with a page, which it tells. */
  buildPage(project: string): Promise<string>
  /** Builds program.mjs into a program, which it tells. */
  buildProgram(project: string): Promise<string>
}

/** A page that loads what was built. */
async function writePage(project: string, folder: string, script: string): Promise<string> {
  const page = await readFile(join(project, 'index.html'), 'utf8')
  await writeFile(join(project, folder, 'index.html'), page.replace('./page.mjs', script))
  return join(project, folder)
}

const vite: Bundler = {
  name: 'Vite',
  copiesFiles: true,
  isOurs: true,
  async buildPage(project) {
    await runVite(project, ['build'])
    return join(project, 'dist')
  },
  async buildProgram(project) {
    await runVite(project, ['build', '--ssr', 'program.mjs', '--outDir', 'program'])
    return join(project, 'program/program.js')
  },
}

/** What is used of webpack. */
interface Webpack {
  default(options: object, done: (error: Error | null, stats?: WebpackStats) => void): void
}

interface WebpackStats {
  hasErrors(): boolean
  hasWarnings(): boolean
  toString(): string
}

async function runWebpack(options: object): Promise<void> {
  const { default: webpack } = await importTool<Webpack>('webpack')
  await new Promise<void>((resolve, reject) => {
    webpack({ mode: 'production', ...options }, (error, stats) => {
      if (error) reject(error)
      else if (stats?.hasErrors() || stats?.hasWarnings()) reject(new Error(stats.toString()))
      else resolve()
    })
  })
}

const webpack: Bundler = {
  name: 'webpack',
  copiesFiles: true,
  isOurs: false,
  async buildPage(project) {
    await runWebpack({ context: project, entry: './page.mjs', output: { path: join(project, 'dist') } })
    return writePage(project, 'dist', './main.js')
  },
  async buildProgram(project) {
    const output = { path: join(project, 'program'), filename: 'main.cjs' }
    await runWebpack({ context: project, entry: './program.mjs', target: 'node', output })
    return join(project, 'program/main.cjs')
  },
}

const esbuild: Bundler = {
  name: 'esbuild',
  copiesFiles: false,
  isOurs: true,
  async buildPage(project) {
    const outfile = join(project, 'dist/main.js')
    await build({ entryPoints: [join(project, 'page.mjs')], bundle: true, minify: true, format: 'esm', outfile })
    return writePage(project, 'dist', './main.js')
  },
  async buildProgram(project) {
    const outfile = join(project, 'program/main.cjs')
    const entryPoints = [join(project, 'program.mjs')]
    await build({
      entryPoints,
      bundle: true,
      platform: 'node',
      outfile,
      logOverride: { 'empty-import-meta': 'silent' },
    })
    return outfile
  },
}

async function runRollup(input: string, dir: string, browser: boolean): Promise<void> {
  const bundle = await rollup({
    input,
    plugins: [nodeResolve(browser ? { browser } : { exportConditions: ['node'] })],
    onwarn: (warning) => {
      throw new Error(warning.message)
    },
    external: browser ? [] : [/^node:/],
  })
  await bundle.write({ dir, format: 'esm' })
  await bundle.close()
}

const rollupWithNodeResolve: Bundler = {
  name: 'Rollup',
  copiesFiles: false,
  isOurs: true,
  async buildPage(project) {
    await runRollup(join(project, 'page.mjs'), join(project, 'dist'), true)
    return writePage(project, 'dist', './page.js')
  },
  async buildProgram(project) {
    await runRollup(join(project, 'program.mjs'), join(project, 'program'), false)
    return join(project, 'program/program.js')
  },
}

/** Those that the package must get through. */
export const BUNDLERS: readonly Bundler[] = [vite, webpack, esbuild, rollupWithNodeResolve]
