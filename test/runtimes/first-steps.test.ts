import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { transform } from 'esbuild'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Program, readDocument } from '../support/documents'
import { ROOT } from '../support/programs'
import { launchChromium, missingChromium } from './support/chromium'
import { install, packedPackage } from './support/packed'
import { run } from './support/programs'
import { STRICT_POLICY, serve } from './support/server'
import { installTools } from './support/tools'
import { runVite } from './support/vite'
import { bundleWorker, missingWorkerd, startWorker } from './support/workerd'

// As a new user would: an empty folder, the packed package, and what the documents show.

const LIMIT = 120_000

const missingTools = await installTools()
const noBrowser = missingTools ?? missingChromium()
const noWorkerd = missingTools ?? missingWorkerd()

const CAPTURE = 'test/fixtures/recorded/http-curl-nginx.pcap'

const documents = ['README.md', 'docs/runtimes.md'].map(readDocument)
const shown = documents.flatMap(({ path, programs }) =>
  programs.map((program) => ({ path, line: program.line, program, code: codeOf(program) })),
)

const isWorker = (code: string) => code.includes('export default {')
const scripts = shown.filter(({ program, code }) => ['ts', 'js'].includes(program.language) && !isWorker(code))
const workers = shown.filter(({ program, code }) => program.language === 'ts' && isWorker(code))
const pages = shown.filter(({ program, code }) => program.language === 'html' && code.includes('<!doctype html>'))

function codeOf({ parts }: Program): string {
  return parts.map(({ code }) => code).join('\n')
}

/** What all of them say of the capture. */
let expected: string
/** The user's folder: outside of this repository, so that nothing of it can help. */
let folder: string

beforeEach(async () => {
  const { tarball } = await packedPackage()
  folder = await mkdtemp(join(tmpdir(), 'flowscope-user-'))
  await writeFile(join(folder, 'package.json'), '{ "type": "module", "private": true }\n')
  await install(folder, tarball)
  expected = documents[1]?.programs[0]?.parts[0]?.output ?? ''
}, LIMIT)

afterEach(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }))

it('finds something of each kind in the documents', () => {
  expect(scripts.length).toBeGreaterThan(1)
  expect(workers.length).toBeGreaterThan(0)
  expect(pages.length).toBeGreaterThan(0)
  expect(expected.split('\n')).toHaveLength(2)
})

describe('a script for Node', () => {
  it.each(scripts)('of $path, line $line, works at the first try', { timeout: LIMIT }, async ({ program, code }) => {
    await mkdir(join(folder, dirname(CAPTURE)), { recursive: true })
    await cp(join(ROOT, CAPTURE), join(folder, CAPTURE))
    await writeFile(join(folder, 'script.mjs'), (await transform(code, { loader: 'ts' })).code)
    const { stdout } = await run(process.execPath, ['script.mjs'], { cwd: folder })
    const printed = program.parts.flatMap(({ output }) => output ?? []).join('\n')
    expect(stdout.trimEnd()).toBe(printed)
  })
})

describe('a page for Vite', () => {
  const title = noBrowser ? `is not tried: ${noBrowser}` : 'of $path, line $line, works at the first try'

  it.skipIf(noBrowser).each(pages)(title, { timeout: LIMIT }, async ({ code }) => {
    await writeFile(join(folder, 'index.html'), code)
    await runVite(folder, ['build'])
    await using server = await serve(join(folder, 'dist'), STRICT_POLICY)
    const browser = await launchChromium()
    try {
      const page = await browser.newPage()
      await page.goto(`${server.origin}/index.html`)
      await page.setInputFiles('input', join(ROOT, CAPTURE))
      const options = { timeout: 60_000 }
      expect(await page.textContent(`pre:has-text("${expected.split('\n').at(-1)}")`, options)).toBe(`${expected}\n`)
    } finally {
      await browser.close()
    }
  })
})

describe('a Worker', () => {
  const title = noWorkerd ? `is not tried: ${noWorkerd}` : 'of $path, line $line, works at the first try'

  it.skipIf(noWorkerd).each(workers)(title, { timeout: LIMIT }, async ({ code }) => {
    await writeFile(join(folder, 'worker.ts'), code)
    const worker = await startWorker(await bundleWorker(folder, 'worker.ts'))
    try {
      const body = await readFile(join(ROOT, CAPTURE))
      const response = await worker.dispatchFetch('http://localhost/', { method: 'POST', body })
      expect(await response.text()).toBe(`${expected}\n`)
      expect((await worker.dispatchFetch('http://localhost/')).status).toBe(400)
    } finally {
      await worker.dispose()
    }
  })
})

describe('the command line', () => {
  it('works at the first try', { timeout: LIMIT }, async () => {
    const command = join(folder, 'node_modules/.bin/flowscope')
    const { stdout } = await run(command, ['flows', '--format', 'ndjson', join(ROOT, CAPTURE)], { cwd: folder })
    const lines = stdout.trimEnd().split('\n')
    expect(lines.map((line) => JSON.parse(line).type)).toEqual(['flow', 'flow', 'summary'])
  })
})

describe('a user of TypeScript', () => {
  const RESOLUTIONS = [
    ['--module', 'nodenext'],
    ['--module', 'esnext', '--moduleResolution', 'bundler'],
  ]
  const STRICTNESS = [
    ['--lib', 'es2022,dom', '--skipLibCheck'],
    ['--lib', 'es2022,dom,esnext.disposable'],
  ]
  const calls = RESOLUTIONS.flatMap((resolution) => STRICTNESS.map((strictness) => [...resolution, ...strictness]))

  it.each(calls.map((options) => ({ options })))('gets by with $options', { timeout: LIMIT }, async ({ options }) => {
    await cp(join(ROOT, 'test/runtimes/app/typed.ts'), join(folder, 'typed.ts'))
    const compiler = join(ROOT, 'node_modules/typescript/bin/tsc')
    const args = [compiler, '--noEmit', '--strict', '--target', 'es2022', ...options, 'typed.ts']
    await run(process.execPath, args, { cwd: folder })
  })
})
