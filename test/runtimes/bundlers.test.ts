import { cp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { BUNDLERS } from './support/bundlers'
import { launchChromium, missingChromium } from './support/chromium'
import { type Packed, packedPackage } from './support/packed'
import { answering, freePort } from './support/ports'
import { run } from './support/programs'
import { STRICT_POLICY, serve } from './support/server'
import { APP_CAPTURE, appProject } from './support/suite'
import { installTools } from './support/tools'
import { startVite } from './support/vite'

/** The most that a build and a run may take, in milliseconds. */
const LIMIT = 120_000

const missingTools = await installTools()
const missingBrowser = missingTools ?? missingChromium()

let packed: Packed
/** What the application says without any bundler. */
let expected: string

beforeAll(async () => {
  packed = await packedPackage()
  const project = await appProject(packed, 'unbundled')
  expected = (await run(process.execPath, [join(project, 'program.mjs'), APP_CAPTURE])).stdout
}, LIMIT)

/** What the page shows in the end. */
async function shownBy(url: string): Promise<string | null> {
  const browser = await launchChromium()
  try {
    const page = await browser.newPage()
    await page.goto(url)
    return await page.textContent('pre[data-state=done]', { timeout: 60_000 })
  } finally {
    await browser.close()
  }
}

/** What the page says where the worker was left behind. */
const NO_WORKER = 'WorkerError: the worker has failed: its script cannot be loaded'

it('has an application that shows every message', () => {
  expect(expected.trimEnd().split('\n')).toHaveLength(82)
})

describe.each(BUNDLERS)('$name', ({ name, copiesFiles, isOurs, buildPage, buildProgram }) => {
  const noBundler = isOurs ? undefined : missingTools
  const noPage = noBundler ?? missingBrowser

  it.skipIf(noPage)(noPage ? `builds no page: ${noPage}` : 'builds a page', { timeout: LIMIT }, async () => {
    const folder = await buildPage(await appProject(packed, `page-${name}`))
    await cp(APP_CAPTURE, join(folder, 'capture.pcap'))
    await using server = await serve(folder, STRICT_POLICY)
    expect(await shownBy(`${server.origin}/index.html`)).toBe(expected + (copiesFiles ? expected : NO_WORKER))
    expect(server.found.filter((path) => path.endsWith('.wasm'))).toHaveLength(copiesFiles ? 1 : 0)
  })

  it.skipIf(noBundler)(
    noBundler ? `builds no program: ${noBundler}` : 'builds a program',
    { timeout: LIMIT },
    async () => {
      const program = await buildProgram(await appProject(packed, `program-${name}`))
      expect((await run(process.execPath, [program, APP_CAPTURE])).stdout).toBe(expected)
    },
  )
})

describe('the development server of Vite', () => {
  const CONFIGURED = "export default { optimizeDeps: { exclude: ['flowscope'] } }"

  it.skipIf(missingBrowser).each([
    { config: 'export default {}', worker: () => NO_WORKER },
    { config: CONFIGURED, worker: () => expected },
  ])(missingBrowser ?? 'serves the page with $config', { timeout: LIMIT }, async ({ config, worker }) => {
    const port = await freePort()
    const project = await appProject(packed, 'vite-development')
    await writeFile(join(project, 'vite.config.mjs'), config)
    await using _vite = startVite(project, port)
    await answering(`http://127.0.0.1:${port}/`)
    expect(await shownBy(`http://127.0.0.1:${port}/`)).toBe(expected + worker())
  })
})
