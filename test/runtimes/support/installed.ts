import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** What is said of programs that this machine could have, and has not. */
export const NOT_INSTALLED = 'not installed'

/** The path of the first of these programs that is installed. */
export function installed(...names: readonly string[]): string | undefined {
  const { PATH = '' } = process.env
  const folders = PATH.split(delimiter)
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find((file) => existsSync(file))
}
