import { readFile, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { withLock } from './lock'
import { ROOT } from './programs'
import { npm } from './run'

/** The most that an installation may take, in milliseconds. */
const LIMIT = 600_000

const LOCKS = join(ROOT, 'test-results/locks')

/**
 * Installs what the package.json of a folder lists, unless that was done. No script of a package is run: each brings
 * its binaries as they are. What has failed is not tried again before the next run of the tests.
 *
 * @returns undefined, or why there is nothing to test with
 */
export function installPackages(folder: string): Promise<string | undefined> {
  const name = basename(folder)
  const failure = join(LOCKS, `${name}.failed`)
  const installed = join(folder, 'node_modules/.installed-lock.json')
  return withLock(join(LOCKS, name), async () => {
    const lock = await readFile(join(folder, 'package-lock.json'), 'utf8')
    if (lock === (await read(installed))) return undefined
    const known = await read(failure)
    if (known) return known
    try {
      await npm(['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: folder, limit: LIMIT })
    } catch (error) {
      await rm(installed, { force: true })
      const reason = `npm ci in test/${name} failed: ${String(error).match(/npm error (?!code).*/)?.[0] ?? error}`
      await writeFile(failure, reason)
      return reason
    }
    await writeFile(installed, lock)
    return undefined
  })
}

/** undefined where there is no such file. */
function read(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch(() => undefined)
}
