import { join } from 'node:path'
import { type Browser, launchChromium, missingChromium } from './chromium'
import { RUN_LIMIT, type Runtime } from './runtime'
import { STRICT_POLICY, serve } from './server'
import { type Answers, suiteProject } from './suite'
import { runVite } from './vite'

/**
 * Serves a folder, has a page of it opened, and waits for what the page sends back.
 *
 * @param open opens the page, and gives what ends the browser
 * @throws when the suite failed in the page, or nothing comes in time; the message says what was asked for in vain
 */
export async function answersOf(
  folder: string,
  path: string,
  open: (url: string) => Promise<AsyncDisposable>,
  policy?: string,
): Promise<Answers> {
  await using server = await serve(folder, policy)
  await using _browser = await open(server.origin + path)
  const { error, ...answers } = JSON.parse(await server.posted(RUN_LIMIT))
  if (error) throw new Error(error)
  return answers
}

async function runInChromium(folder: string, path: string, policy?: string) {
  let version = ''
  const open = async (url: string) => {
    const browser = await launchChromium()
    version = browser.version()
    return openPage(browser, url)
  }
  return { ...(await answersOf(folder, path, open, policy)), version }
}

/** Opens a page, whose complaints are shown; disposing the outcome ends the browser. */
export async function openPage(browser: Browser, url: string): Promise<AsyncDisposable> {
  const page = await browser.newPage()
  page.on('console', (message) => console.error(`${url}: ${message.type()}: ${message.text()}`))
  page.on('pageerror', (error) => console.error(`${url}: ${error}`))
  await page.goto(url)
  return { [Symbol.asyncDispose]: () => browser.close() }
}

/** A page without any bundler. */
export const chromiumPage: Runtime = {
  name: 'Chromium, page',
  loading: '`core.wasm`, compiled while it arrives; modules by an import map',
  platform: 'browser',
  conditions: ['browser'],
  hasWorkers: true,
  missing: missingChromium,
  run: async (packed) => runInChromium(await suiteProject(packed, 'chromium-page'), '/unbundled.html'),
}

/** A worker, where a strict content security policy holds. */
export const chromiumWorker: Runtime = {
  name: 'Chromium, worker',
  loading: '`core.wasm`, compiled while it arrives; bundled by Vite',
  platform: 'browser',
  conditions: ['browser'],
  hasWorkers: true,
  missing: missingChromium,
  async run(packed) {
    const project = await suiteProject(packed, 'chromium-worker')
    await runVite(project, ['build'])
    return runInChromium(join(project, 'dist'), '/index.html', STRICT_POLICY)
  },
}
