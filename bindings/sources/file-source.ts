import { platform } from '#platform'
import { SourceError } from '../common/errors'
import type { CaptureSource } from './capture-source'
import { streamSource } from './stream-source'

/**
 * A capture in a file, for Node, Deno and Bun. The file is opened at the first read, and closed when the reading ends.
 * What is not a regular file, such as a named pipe, is read as a stream, so that waiting for it blocks nothing.
 *
 * Reading throws the errors of `node:fs`, such as `ENOENT`.
 *
 * @throws SourceError where there are no files
 */
export function fileSource(path: string | URL): CaptureSource {
  if (!platform.openFile) throw new SourceError('there are no files by path in this runtime: pass bytes or a stream')
  return new FileSource(path, platform.openFile)
}

type OpenFile = NonNullable<typeof platform.openFile>

class FileSource implements CaptureSource {
  readonly #path: string | URL
  readonly #open: OpenFile
  #opened: CaptureSource | undefined

  constructor(path: string | URL, open: OpenFile) {
    this.#path = path
    this.#open = open
  }

  get size(): number | undefined {
    return this.#opened?.size
  }

  readInto(target: Uint8Array): number | Promise<number> {
    this.#opened ??= sourceOf(this.#open(this.#path))
    return this.#opened.readInto(target)
  }

  close(): void | Promise<void> {
    return this.#opened?.close?.()
  }
}

function sourceOf(file: ReturnType<OpenFile>): CaptureSource {
  if ('stream' in file) return streamSource(file.stream)
  return { size: file.size, readInto: (target) => file.read(target), close: () => file.close() }
}
