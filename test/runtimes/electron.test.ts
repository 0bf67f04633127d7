// examples/electron: its main process in Node, with a stand-in for the module `electron`, and what its window would show
// in Chromium. Electron itself is not run.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Browser, launchChromium, missingChromium } from './support/chromium'
import { type Application, electronProject, startElectron } from './support/electron'
import { packedPackage } from './support/packed'
import { MIX, mix, session } from './support/page-suite'
import { installTools } from './support/tools'
import { Viewer } from './support/viewer'

/** The most that a test may take, a busy machine included, in milliseconds. */
const LIMIT = 120_000

const ORIGIN = 'flowscope://app/'
const missing = (await installTools()) ?? missingChromium()

let folder: string
let example: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'flowscope-electron-'))
  example = await electronProject(await packedPackage())
}, LIMIT)

afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('the main process', { timeout: LIMIT }, () => {
  it('opens one window, in which no code of Node runs', async () => {
    await using app = startElectron(example)
    const { options, isSandboxed, privileges } = await app.next('window')
    expect(options).toMatchObject({
      webPreferences: { sandbox: true, contextIsolation: true, nodeIntegration: false, webviewTag: false },
    })
    expect(options?.webPreferences).not.toHaveProperty('preload')
    expect(isSandboxed).toBe(true)
    expect(privileges).toEqual({
      flowscope: { standard: true, secure: true, supportFetchAPI: true, stream: true },
    })
    expect(await app.next('load')).toMatchObject({ url: ORIGIN })
  })

  it('lets the page do nothing but read', async () => {
    await using app = startElectron(example)
    await app.next('load')
    expect(await app.lead('try')).toEqual({
      open: { action: 'deny' },
      navigate: true,
      redirect: true,
      webview: true,
      permission: false,
      check: false,
      request: { cancel: true },
      urls: ['http://*/*', 'https://*/*', 'ws://*/*', 'wss://*/*'],
    })
  })

  it('takes a capture from the command line, with options of Electron before it', async () => {
    await using app = startElectron(example, '--trace-warnings', MIX)
    expect(await app.next('load')).toMatchObject({ url: `${ORIGIN}?capture=loopback-mix.pcap` })
  })

  it('opens what is chosen in the menu, in the same window', async () => {
    await using app = startElectron(example)
    await app.next('load')
    const file = join(folder, 'a b&c#é.pcap')
    writeFileSync(file, mix)
    await app.lead('click', { label: 'Open…', file })
    const { options } = await app.next('dialog')
    expect(options).toMatchObject({ properties: ['openFile'] })
    expect(await app.next('load')).toMatchObject({ url: `${ORIGIN}?capture=a%20b%26c%23%C3%A9.pcap` })
    await app.lead('click', { label: 'Open…' })
    await app.lead('click', { label: 'Open…', file: MIX })
    expect(await app.next('load')).toMatchObject({ url: `${ORIGIN}?capture=loopback-mix.pcap` })
  })

  it('opens what the system hands it', async () => {
    await using app = startElectron(example)
    await app.next('load')
    await app.lead('file', { path: MIX })
    expect(await app.next('load')).toMatchObject({ url: `${ORIGIN}?capture=loopback-mix.pcap` })
  })

  it.skipIf(process.platform === 'darwin')('ends with its window', async () => {
    await using app = startElectron(example, MIX)
    await app.next('load')
    await Promise.race([app.lead('close').catch(() => {}), app.next('quit')])
    expect(await app.ended).toEqual({ status: 0, stderr: '' })
  })
})

describe('what the window may load', { timeout: LIMIT }, () => {
  let app: Application

  beforeAll(async () => {
    app = startElectron(example, MIX)
    await app.next('load')
  }, LIMIT)
  afterAll(() => app[Symbol.asyncDispose]())

  const ask = (url: string, method = 'GET') => app.lead('ask', { url, method }) as Promise<Answer>

  it.each([
    ['', 'text/html; charset=utf-8'],
    ['?capture=x', 'text/html; charset=utf-8'],
    ['app.js', 'text/javascript; charset=utf-8'],
    ['worker-browser.js', 'text/javascript; charset=utf-8'],
    ['core.wasm', 'application/wasm'],
    ['style.css', 'text/css; charset=utf-8'],
    ['icon.svg', 'image/svg+xml'],
  ])('is %s', async (name, type) => {
    const { status, headers } = await ask(ORIGIN + name)
    expect([status, headers['content-type']]).toEqual([200, type])
    expect(headers['content-security-policy']).toContain("default-src 'none'")
    expect(headers['x-content-type-options']).toBe('nosniff')
  })

  it('is the capture, with its size', async () => {
    expect(await ask(`${ORIGIN}capture`)).toMatchObject({
      status: 200,
      headers: { 'content-length': String(mix.length), 'content-type': 'application/octet-stream' },
    })
  })

  it.each([
    `${ORIGIN}nothing`,
    `${ORIGIN}../package.json`,
    `${ORIGIN}..%2fpackage.json`,
    `${ORIGIN}%2e%2e/package.json`,
    `${ORIGIN}/etc/hostname`,
    `${ORIGIN}__proto__`,
    `${ORIGIN}capture/`,
    'flowscope://other/index.html',
    'flowscope://other/capture',
  ])('is not %s', async (url) => {
    expect((await ask(url)).status).toBe(404)
  })

  it('is asked for by GET', async () => {
    expect((await ask(ORIGIN, 'POST')).status).toBe(405)
  })

  it('has the policy of the page itself', async () => {
    const page = readFileSync(join(example, '../node_modules/flowscope/build/web/index.html'), 'utf8')
    const [, own] = page.match(/content="(default-src[^"]*)"/) ?? []
    expect((await ask(ORIGIN)).headers['content-security-policy']).toBe(`${own}; frame-ancestors 'none'`)
  })

  it('is no capture that has gone, nor a folder', async () => {
    for (const path of [join(folder, 'gone.pcap'), folder]) {
      await app.lead('file', { path })
      expect((await ask(`${ORIGIN}capture`)).status).toBe(404)
    }
  })
})

interface Answer {
  readonly status: number
  readonly headers: Record<string, string>
}

const title = missing ? `the window is not tried: ${missing}` : 'the window'

describe.skipIf(missing)(title, { timeout: LIMIT }, () => {
  let browser: Browser

  beforeAll(async () => {
    browser = await launchChromium()
  }, LIMIT)
  afterAll(() => browser?.close())

  async function look(app: Application): Promise<Viewer> {
    const { shown = '' } = await app.next('load')
    return Viewer.open(browser, shown)
  }

  it('shows the capture of the command line, and then the one that is opened', async () => {
    await using app = startElectron(example, MIX)
    const first = await look(app)
    await first.until('#shown', '34 listed')
    await first.concluded()
    expect(await first.totals()).toMatchObject({ Packets: '224', Messages: '82' })
    expect(first.problems).toEqual([])

    const file = join(folder, 'session.pcap')
    writeFileSync(file, session)
    await app.lead('click', { label: 'Open…', file })
    const second = await look(app)
    await second.until('#shown', '1 listed')
    expect(await second.text('#capture-name')).toBe('session.pcap')
    expect(second.problems).toEqual([])
  })

  it('takes what is dropped', async () => {
    await using app = startElectron(example)
    const viewer = await look(app)
    await viewer.drop(mix, 'dropped.pcap')
    await viewer.until('#shown', '34 listed')
    expect(viewer.problems).toEqual([])
  })

  it('says that a capture cannot be had', async () => {
    await using app = startElectron(example, join(folder, 'nowhere.pcap'))
    const viewer = await look(app)
    await viewer.until('#damage', 'The capture cannot be fetched: status 404.')
    expect(viewer.problems).toEqual([expect.stringContaining('404')])
  })
})
