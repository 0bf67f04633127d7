import { closeSync, createReadStream, openSync, readSync, statSync } from 'node:fs'
import type { CaptureSource } from './capture-source'
import { streamSource } from './stream-source'

/**
 * A capture in a file, for Node and what is like it. The file is opened at the first read, and closed when the reading
 * ends. What is not a regular file, such as a named pipe, is read as a stream, so that waiting for it blocks nothing.
 *
 * Reading throws the errors of `node:fs`, such as `ENOENT`.
 */
export function fileSource(path: string | URL): CaptureSource {
  return new FileSource(path)
}

class FileSource implements CaptureSource {
  readonly #path: string | URL
  #opened: CaptureSource | undefined

  constructor(path: string | URL) {
    this.#path = path
  }

  get size(): number | undefined {
    return this.#opened?.size
  }

  readInto(target: Uint8Array): number | Promise<number> {
    this.#opened ??= openFile(this.#path)
    return this.#opened.readInto(target)
  }

  close(): void | Promise<void> {
    return this.#opened?.close?.()
  }
}

function openFile(path: string | URL): CaptureSource {
  // Opening a named pipe waits for whoever writes to it, so it is left to the stream.
  const status = statSync(path)
  if (!status.isFile() && !status.isDirectory()) return streamSource(createReadStream(path))
  const descriptor = openSync(path, 'r')
  return {
    size: status.size,
    readInto: (target) => readSync(descriptor, target),
    close: () => closeSync(descriptor),
  }
}
