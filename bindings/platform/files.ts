import { closeSync, createReadStream, openSync, readSync, statSync } from 'node:fs'
import type { OpenedFile } from './platform'

/**
 * Opens a file for reading.
 *
 * @throws the errors of `node:fs`, such as `ENOENT`
 */
export function openFile(path: string | URL): OpenedFile {
  // Opening a named pipe waits for whoever writes to it, so it is left to the stream.
  const status = statSync(path)
  if (!status.isFile() && !status.isDirectory()) return { stream: createReadStream(path) }
  const descriptor = openSync(path, 'r')
  return {
    size: status.size,
    read: (target) => readSync(descriptor, target),
    close: () => closeSync(descriptor),
  }
}

export const standardInput = (): AsyncIterable<Uint8Array> => process.stdin
