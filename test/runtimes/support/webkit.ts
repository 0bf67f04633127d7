import { existsSync } from 'node:fs'
import { answersOf } from './browsers'
import { installed, NOT_INSTALLED } from './installed'
import { answering, freePort } from './ports'
import { startGroup } from './programs'
import { type Runtime, versionIn } from './runtime'
import { suiteProject } from './suite'

/** Where Debian puts the browser that the driver drives. */
const BROWSERS = ['4.1', '6.0', '4.0'].map((api) => `/usr/lib/x86_64-linux-gnu/webkit2gtk-${api}/MiniBrowser`)

const browser = () => BROWSERS.find((file) => existsSync(file))

/** WebKitGTK, told by its driver (W3C WebDriver) what to open, on a display that nobody sees. */
export const webkit: Runtime = {
  name: 'WebKitGTK, page',
  loading: '`core.wasm`, compiled while it arrives; modules by an import map',
  platform: 'browser',
  conditions: ['browser'],
  hasWorkers: true,
  missing: () => (installed('WebKitWebDriver') && installed('xvfb-run') && browser() ? undefined : NOT_INSTALLED),
  async run(packed) {
    let version = ''
    const answers = await answersOf(await suiteProject(packed, 'webkit'), '/unbundled.html', async (url) => {
      const port = await freePort()
      const driver = startGroup(installed('xvfb-run') ?? '', [
        '-a',
        installed('WebKitWebDriver') ?? '',
        `--port=${port}`,
      ])
      try {
        await answering(`http://127.0.0.1:${port}/status`)
        const options = { binary: browser(), args: ['--automation'] }
        const capabilities = { alwaysMatch: { 'webkitgtk:browserOptions': options } }
        const session = await tell(port, 'session', { capabilities })
        version = session.capabilities.browserVersion
        await tell(port, `session/${session.sessionId}/url`, { url })
        return driver
      } catch (error) {
        await driver[Symbol.asyncDispose]()
        throw error
      }
    })
    return { ...answers, version: versionIn(version) }
  },
}

/** What the driver answers with, as far as it is used. */
interface Session {
  readonly sessionId: string
  readonly capabilities: { readonly browserVersion: string }
}

async function tell(port: number, path: string, body: object): Promise<Session> {
  const response = await fetch(`http://127.0.0.1:${port}/${path}`, { method: 'POST', body: JSON.stringify(body) })
  const { value } = await response.json()
  if (!response.ok) throw new Error(`${path}: ${JSON.stringify(value)}`)
  return value
}
