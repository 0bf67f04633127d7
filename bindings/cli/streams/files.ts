import { closeSync, constants, mkdirSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { FlowSide } from '../../index'
import { fileErrorReason } from '../captures'
import { UsageError } from '../command'
import type { StreamSink } from './collector'

/** Files that are open at once: a capture may have more connections than a process may have files. */
const MOST_OPEN = 128

/** A name is made of numbers and words of ours, and what lies there already is never followed elsewhere. */
const { O_APPEND, O_CREAT, O_NOFOLLOW, O_TRUNC, O_WRONLY } = constants
const AFRESH = O_WRONLY | O_CREAT | O_NOFOLLOW | O_TRUNC
const AGAIN = O_WRONLY | O_APPEND | O_NOFOLLOW

/** Writes each stream to a file of its own, as it comes. The first error ends the writing, not the reading. */
export class StreamFiles implements StreamSink {
  /** What went wrong. */
  failure: string | undefined
  readonly #folder: string
  /** Files with something in them, whose streams have not ended; the descriptor where they are open. */
  readonly #files = new Map<string, number | undefined>()
  /** Names of open files, the one that was written to longest ago first. */
  readonly #open = new Set<string>()

  /** @throws UsageError when the folder cannot be made */
  constructor(folder: string) {
    this.#folder = folder
    try {
      mkdirSync(folder, { recursive: true })
    } catch (error) {
      throw new UsageError(`--write ${folder}: ${fileErrorReason(error)}`)
    }
  }

  write(flow: number, side: FlowSide, bytes: Uint8Array): void {
    if (this.failure !== undefined) return
    const name = nameOf(flow, side)
    try {
      const file = this.#fileOf(name)
      for (let rest = bytes; rest.length > 0; ) rest = rest.subarray(writeSync(file, rest))
    } catch (error) {
      this.failure = `cannot write ${join(this.#folder, name)}: ${fileErrorReason(error)}`
      this.closeAll()
    }
  }

  close(flow: number, side: FlowSide): string | undefined {
    const name = nameOf(flow, side)
    if (!this.#files.has(name)) return undefined
    this.#shut(name)
    this.#files.delete(name)
    return join(this.#folder, name)
  }

  closeAll(): void {
    for (const name of [...this.#open]) this.#shut(name)
    this.#files.clear()
  }

  #fileOf(name: string): number {
    let file = this.#files.get(name)
    if (file === undefined) {
      const [oldest] = this.#open
      if (this.#open.size >= MOST_OPEN && oldest !== undefined) this.#shut(oldest)
      file = openSync(join(this.#folder, name), this.#files.has(name) ? AGAIN : AFRESH, 0o666)
      this.#files.set(name, file)
    }
    this.#open.delete(name)
    this.#open.add(name)
    return file
  }

  #shut(name: string): void {
    const file = this.#files.get(name)
    if (file !== undefined) closeSync(file)
    this.#files.set(name, undefined)
    this.#open.delete(name)
  }
}

function nameOf(flow: number, side: FlowSide): string {
  return `flow-${String(flow).padStart(6, '0')}-${side}.bin`
}
