import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { installPackages } from '../../support/install'
import { ROOT } from '../../support/programs'

/** Where runtimes and heavy tools are installed, so that the project itself needs none of them. */
const FOLDER = join(ROOT, 'test/runtimes')

const MODULES = join(FOLDER, 'node_modules')

/**
 * Installs what test/runtimes/package.json lists, unless that was done.
 *
 * @returns undefined, or why there is nothing to test with
 */
export function installTools(): Promise<string | undefined> {
  return installPackages(FOLDER)
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
