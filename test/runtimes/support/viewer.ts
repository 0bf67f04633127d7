// The page of examples/browser in Chromium, watched closely, and captures that are hard on it.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { ROOT } from '../../support/programs'
import type { Browser, Page, PageOptions } from './chromium'

/** The most that a capture of these tests may take to be read, in milliseconds. */
const READ_LIMIT = 60_000

/** Where the page is served. */
export interface Served extends AsyncDisposable {
  readonly url: string
  readonly origin: string
}

/** Starts `flowscope web` of the built program. */
export async function serveWeb(...argv: readonly string[]): Promise<Served> {
  const program = spawn(process.execPath, [join(ROOT, 'build/cli.js'), 'web', ...argv], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const closed = once(program, 'close')
  const [line] = await once(program.stdout, 'data')
  const url = String(line).trim()
  return {
    url,
    origin: new URL(url).origin,
    async [Symbol.asyncDispose]() {
      program.kill('SIGINT')
      await closed
    },
  }
}

/** What {@link serveHeld} serves. */
export interface Held extends Served {
  /** Sends the rest of the capture. */
  release(): void
}

/** Puts itself before a server of the page, and sends the capture only up to a byte until it is told to go on. */
export async function serveHeld(page: Served, upTo: number): Promise<Held> {
  let release = (): void => {}
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  const server = createServer(async (request, response) => {
    const answer = await fetch(page.origin + request.url)
    const body = new Uint8Array(await answer.arrayBuffer())
    response.writeHead(answer.status, Object.fromEntries(answer.headers))
    if (request.url === '/capture') {
      response.write(body.subarray(0, upTo))
      await released
      response.end(body.subarray(upTo))
    } else {
      response.end(body)
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    origin,
    url: page.url.replace(page.origin, origin),
    release: () => release(),
    async [Symbol.asyncDispose]() {
      release()
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Titles of columns. */
export type Title =
  | ('Flow' | 'Start' | 'Duration' | 'Protocol' | 'Initiator' | 'Responder')
  | ('Name' | 'Packets' | 'Bytes' | 'App' | 'End' | 'Time' | 'Kind' | 'Sender' | 'What')

/** The page in a browser. */
export class Viewer {
  /** Whatever nobody wants to see: errors, complaints, violations of the policy, requests to elsewhere. */
  readonly problems: string[] = []
  /** Addresses that were asked for, without their origin. */
  readonly requests: string[] = []

  private constructor(readonly page: Page) {}

  static async open(browser: Browser, url: string, options?: PageOptions): Promise<Viewer> {
    const page = await browser.newPage(options)
    const viewer = new Viewer(page)
    const { origin } = new URL(url)
    page.on('console', (message) => viewer.problems.push(`${message.type()}: ${message.text()}`))
    page.on('pageerror', (error) => viewer.problems.push(String(error)))
    page.on('request', (request) => {
      const asked = request.url()
      if (asked.startsWith(`${origin}/`)) viewer.requests.push(asked.slice(origin.length))
      else viewer.problems.push(`request to ${asked}`)
    })
    // What is made of captured bytes must not run: hostile names try to call this.
    const content = `
      window.pwned = (by) => console.error('ran: ' + by)
      document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
        console.error('policy: ' + violatedDirective + ' ' + blockedURI)
      })`
    await page.addInitScript({ content })
    await page.goto(url)
    return viewer
  }

  /** Chooses a capture, as the user does with the button. */
  async choose(capture: Uint8Array, name = 'chosen.pcap'): Promise<void> {
    await this.page.setInputFiles('#file', { name, mimeType: '', buffer: Buffer.from(capture) })
    await this.page.waitForFunction((wanted) => document.getElementById('capture-name')?.textContent === wanted, name)
    await this.concluded()
  }

  /** Drops a capture onto the page. */
  async drop(capture: Uint8Array, name: string): Promise<void> {
    const argument = { base64: Buffer.from(capture).toString('base64'), name }
    await this.page.evaluate(({ base64, name }) => {
      const dataTransfer = new DataTransfer()
      const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
      dataTransfer.items.add(new File([bytes], name))
      for (const kind of ['dragover', 'drop']) {
        document.body.dispatchEvent(new DragEvent(kind, { dataTransfer, bubbles: true, cancelable: true }))
      }
    }, argument)
  }

  /** Waits until the reading has come to an end, good or bad. */
  async concluded(): Promise<void> {
    const isDone = () =>
      document.getElementById('cancel')?.hidden && !document.getElementById('status')?.hasAttribute('aria-busy')
    await this.page.waitForFunction(isDone, undefined, { timeout: READ_LIMIT })
  }

  async text(selector: string): Promise<string> {
    return (await this.page.textContent(selector)) ?? ''
  }

  /** Texts of the rows that are in the document, by title of the column, in the order in which they are seen. */
  rows(): Promise<Partial<Record<Title, string>>[]> {
    return this.page.evaluate(`(() => {
      const titles = [...document.querySelectorAll('.head > *')].map((heading) => heading.textContent)
      const rows = [...document.querySelectorAll('.row')]
      rows.sort((a, b) => a.ariaRowIndex - b.ariaRowIndex)
      return rows.map((row) => Object.fromEntries([...row.children].map((cell, i) => [titles[i], cell.textContent])))
    })()`)
  }

  /** One column of them. */
  async column(title: Title): Promise<string[]> {
    return (await this.rows()).map((row) => row[title] ?? '')
  }

  totals(): Promise<Record<string, string>> {
    return this.page.evaluate(`Object.fromEntries(
      [...document.querySelectorAll('#totals > div')].map(({ children: [name, value] }) => [name.textContent, value.textContent])
    )`)
  }

  sortBy(title: Title): Promise<void> {
    return this.page.click(`.head button:text-is("${title}")`)
  }

  /** Filters, and waits until that shows. */
  async filter(text: string, shown: string): Promise<void> {
    await this.page.fill('#filter', text)
    await this.until('#shown', shown)
  }

  /** Waits until an element says this. */
  async until(selector: string, text: string): Promise<void> {
    const says = ([selector, text]: readonly [string, string]) => document.querySelector(selector)?.textContent === text
    await this.page.waitForFunction(says, [selector, text] as const, { timeout: READ_LIMIT })
  }
}
