import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { answersOf } from './browsers'
import { installed, NOT_INSTALLED } from './installed'
import { run, startGroup } from './programs'
import { type Runtime, versionIn } from './runtime'
import { suiteProject } from './suite'

/** Keep Firefox from asking anything, and from calling anywhere. */
const PREFERENCES = {
  'app.normandy.enabled': false,
  'app.update.enabled': false,
  'browser.shell.checkDefaultBrowser': false,
  'browser.startup.homepage_override.mstone': 'ignore',
  'datareporting.policy.dataSubmissionEnabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'services.settings.server': 'data:,',
  'toolkit.telemetry.server': '',
}

const binary = () => installed('firefox-esr', 'firefox')

/** Firefox without a window, which opens the page by itself. */
export const firefox: Runtime = {
  name: 'Firefox, page',
  loading: '`core.wasm`, compiled while it arrives; modules by an import map',
  platform: 'browser',
  conditions: ['browser'],
  hasWorkers: true,
  missing: () => (binary() ? undefined : NOT_INSTALLED),
  async run(packed) {
    const program = binary() ?? ''
    const profile = await mkdtemp(join(tmpdir(), 'flowscope-firefox-'))
    const lines = Object.entries(PREFERENCES).map(([name, value]) => `user_pref("${name}", ${JSON.stringify(value)});`)
    await writeFile(join(profile, 'user.js'), lines.join('\n'))
    const env = { ...process.env, HOME: profile }
    try {
      const { stdout } = await run(program, ['--version'], { env })
      const answers = await answersOf(await suiteProject(packed, 'firefox'), '/unbundled.html', async (url) =>
        startGroup(program, ['--headless', '--no-remote', '--profile', profile, url], { env }),
      )
      return { ...answers, version: versionIn(stdout) }
    } finally {
      await rm(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 })
    }
  },
}
