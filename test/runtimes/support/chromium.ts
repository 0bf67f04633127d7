import { existsSync } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { withLock } from '../../support/lock'
import { ROOT } from '../../support/programs'
import { installed } from './installed'
import { run } from './programs'
import { NOT_FOR_THIS_PLATFORM } from './runtime'
import { importTool, toolFile } from './tools'

/** What is used of playwright's browsers. */
export interface Browser {
  version(): string
  newPage(options?: PageOptions): Promise<Page>
  close(): Promise<void>
}

export interface PageOptions {
  readonly viewport?: { readonly width: number; readonly height: number }
}

/** A file that is not on disk. */
export interface FileData {
  readonly name: string
  readonly mimeType: string
  readonly buffer: Buffer
}

/** What is used of playwright's pages. */
export interface Page {
  readonly keyboard: { press(key: string): Promise<void> }
  goto(url: string): Promise<unknown>
  close(): Promise<void>
  click(selector: string): Promise<void>
  fill(selector: string, value: string): Promise<void>
  focus(selector: string): Promise<void>
  setInputFiles(selector: string, file: string | FileData): Promise<void>
  textContent(selector: string, options?: { timeout: number }): Promise<string | null>
  isVisible(selector: string): Promise<boolean>
  setViewportSize(size: { width: number; height: number }): Promise<void>
  /** Calls a function in the page, or evaluates an expression. */
  evaluate<T>(expression: string): Promise<T>
  evaluate<T, A>(call: (argument: A) => T | Promise<T>, argument: A): Promise<T>
  /** Waits until it is true in the page. */
  waitForFunction<A>(call: (argument: A) => unknown, argument: A, options?: { timeout: number }): Promise<unknown>
  addInitScript(script: { content: string }): Promise<void>
  on(event: 'console', listener: (message: { type(): string; text(): string }) => void): void
  on(event: 'pageerror', listener: (error: Error) => void): void
  on(event: 'request', listener: (request: { url(): string }) => void): void
}

interface Playwright {
  readonly chromium: { launch(options: object): Promise<Browser> }
}

/** Where the packed one is unpacked to: with what it is packed in, it goes. */
const UNPACKED = join(ROOT, 'test/runtimes/node_modules/.chromium')

const LAUNCH_LIMIT = 30_000

/** Why there is no Chromium, undefined where there is one. */
export function missingChromium(): string | undefined {
  const isPacked = process.platform === 'linux' && process.arch === 'x64' && toolFile('@sparticuz/chromium')
  return isPacked || installedChromium() ? undefined : NOT_FOR_THIS_PLATFORM
}

/** Starts Chromium without a window: the system's, else the one that npm has brought. */
export async function launchChromium(): Promise<Browser> {
  const { chromium } = await importTool<Playwright>('playwright-core')
  const options = { args: ['--no-sandbox'], timeout: LAUNCH_LIMIT }
  const executablePath = installedChromium()
  if (executablePath) return chromium.launch({ ...options, executablePath })
  await unpack()
  const env = {
    ...process.env,
    LD_LIBRARY_PATH: join(UNPACKED, 'al2023/lib'),
    FONTCONFIG_PATH: join(UNPACKED, 'fonts'),
  }
  return chromium.launch({ ...options, executablePath: join(UNPACKED, 'chromium'), env })
}

const installedChromium = () => installed('chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable')

function unpack(): Promise<void> {
  return withLock(join(ROOT, 'test-results/locks/chromium'), async () => {
    if (existsSync(UNPACKED)) return
    const draft = `${UNPACKED}.draft`
    await rm(draft, { recursive: true, force: true })
    await mkdir(draft, { recursive: true })
    const script = join(ROOT, 'test/runtimes/support/unpack-chromium.mjs')
    await run(process.execPath, [script], { env: { ...process.env, TMPDIR: draft } })
    await rename(draft, UNPACKED)
  })
}
