import { existsSync, readFileSync } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ROOT } from '../../support/programs'
import { withLock } from './lock'
import { npm } from './programs'

/** Where runtimes and heavy tools are installed, so that the project itself needs none of them. */
const FOLDER = join(ROOT, 'test/runtimes')

const MODULES = join(FOLDER, 'node_modules')

/** A copy of the lock file that was installed from. */
const INSTALLED = join(MODULES, '.installed-lock.json')

/** The most that an installation may take, in milliseconds. */
const INSTALL_LIMIT = 600_000

/**
 * Installs what test/runtimes/package.json lists, unless that was done. No script of a package is run: each brings its
 * binaries as they are.
 *
 * @returns undefined, or why there is nothing to test with
 */
export function installTools(): Promise<string | undefined> {
  return withLock(join(ROOT, 'test-results/locks/tools'), async () => {
    const lock = await readFile(join(FOLDER, 'package-lock.json'), 'utf8')
    if (lock === (await readFile(INSTALLED, 'utf8').catch(() => undefined))) return undefined
    try {
      await npm(['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: FOLDER, limit: INSTALL_LIMIT })
    } catch (error) {
      await rm(INSTALLED, { force: true })
      return `npm ci in test/runtimes failed: ${String(error).match(/npm error (?!code).*/)?.[0] ?? error}`
    }
    await writeFile(INSTALLED, lock)
    return undefined
  })
}

/** The path of a file of an installed package, undefined where it does not come for this platform. */
export function toolFile(path: string): string | undefined {
  const file = join(MODULES, path)
  return existsSync(file) ? file : undefined
}

/** The version of an installed package. */
export function toolVersion(name: string): string {
  return JSON.parse(readFileSync(join(MODULES, name, 'package.json'), 'utf8')).version
}

/**
 * Imports an installed package, by a name that is resolved from this folder. Its types are not there when this project
 * is checked, so the caller names what it uses of it.
 */
export function importTool<T>(name: string): Promise<T> {
  return import(/* @vite-ignore */ name)
}
