import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest'
import { ROOT, runNode } from '../../support/programs'
import { type Browser, launchChromium, missingChromium } from './chromium'
import { installTools } from './tools'
import { type Served, serveWeb, Viewer } from './viewer'

/** The most that a test may take, a busy machine included, in milliseconds. */
const LIMIT = 120_000

/** A capture with flows and messages of all kinds, and one with a single flow. */
export const MIX = join(ROOT, 'test/fixtures/recorded/loopback-mix.pcap')
export const mix = new Uint8Array(readFileSync(MIX))
export const session = new Uint8Array(readFileSync(join(ROOT, 'test/fixtures/generated/http_session.pcap')))

/** Tall enough for all flows of the recorded capture, wide enough for all columns. */
const ROOMY = { width: 1500, height: 1600 }

/** What is used of a line that the command line prints. */
export interface Line {
  readonly type: string
  readonly flow: number
  readonly packets_initiator: number
  readonly packets_responder: number
}

/** What the tests of a suite share. */
export interface PageSuite {
  /** The page as it was last opened. It must have given no cause for complaint when a test ends. */
  readonly viewer: Viewer
  /** Where the page is served, without a capture. */
  readonly served: Served
  /** A folder for captures. */
  readonly folder: string
  /** Opens the page. */
  open(url?: string, viewport?: { width: number; height: number }): Promise<Viewer>
  /** Lines that the command line prints of a capture. */
  printed(command: 'flows' | 'messages', capture: Uint8Array): Promise<Line[]>
}

/** Tests of the page that `flowscope web` of the built program serves, in Chromium; skipped where there is none. */
export async function describePage(title: string, body: (suite: PageSuite) => void): Promise<void> {
  const missing = (await installTools()) ?? missingChromium()
  let browser: Browser
  let served: Served
  let viewer: Viewer | undefined
  const folder = mkdtempSync(join(tmpdir(), 'flowscope-page-'))

  const suite: PageSuite = {
    folder,
    get viewer() {
      if (!viewer) throw new Error('no page is open')
      return viewer
    },
    get served() {
      return served
    },
    async open(url = served.url, viewport = ROOMY) {
      viewer = await Viewer.open(browser, url, { viewport })
      return viewer
    },
    async printed(command, capture) {
      const file = join(folder, 'printed.pcap')
      writeFileSync(file, capture)
      const { stdout } = await runNode('build/cli.js', command, '--format', 'ndjson', file)
      return stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line))
    },
  }

  describe.skipIf(missing)(missing ? `${title} is not tried: ${missing}` : title, { timeout: LIMIT }, () => {
    beforeAll(async () => {
      browser = await launchChromium()
      served = await serveWeb()
    }, LIMIT)

    afterAll(async () => {
      await browser?.close()
      await served?.[Symbol.asyncDispose]()
      rmSync(folder, { recursive: true, force: true })
    })

    afterEach(async () => {
      const { problems, page } = suite.viewer
      viewer = undefined
      await page.close()
      expect(problems).toEqual([])
    })

    body(suite)
  })
}
