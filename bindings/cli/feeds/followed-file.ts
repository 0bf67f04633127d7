import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs'
import type { CaptureSource } from '../../index'
import { FeedError } from './feed'

/** Milliseconds between two looks for more. Notifications of the system are not to be had on all file systems. */
const PATIENCE = 200

/** A capture in a file that somebody writes: at its end more is waited for, as `tail -f` does. */
export class FollowedFile implements CaptureSource {
  readonly #path: string
  readonly #file: number
  #position = 0
  /** No more is waited for. */
  #isStopping = false
  #isClosed = false
  #wake: (() => void) | undefined

  constructor(path: string) {
    this.#path = path
    this.#file = openSync(path, 'r')
  }

  readInto(target: Uint8Array): number | Promise<number> {
    const count = this.#read(target)
    return count > 0 ? count : this.#wait(target)
  }

  /** What the file has now is read, and that is the end. */
  stop(): void {
    this.#isStopping = true
    this.#wake?.()
  }

  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#wake?.()
    closeSync(this.#file)
  }

  async #wait(target: Uint8Array): Promise<number> {
    for (;;) {
      const isLast = this.#isStopping
      if (this.#isClosed) return 0
      const count = this.#read(target)
      if (count > 0 || isLast) return count
      this.#check()
      await this.#sleep()
    }
  }

  #read(target: Uint8Array): number {
    const count = readSync(this.#file, target)
    this.#position += count
    return count
  }

  /** @throws FeedError when it is not the file any more that was followed */
  #check(): void {
    const { size, ino, dev } = fstatSync(this.#file)
    if (size < this.#position) {
      throw new FeedError(`the file was cut to ${size} bytes while it was followed, with ${this.#position} read`)
    }
    const present = statSync(this.#path, { throwIfNoEntry: false })
    if (present && (present.ino !== ino || present.dev !== dev)) {
      throw new FeedError('another file has taken the place of the one that was followed')
    }
  }

  #sleep(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, PATIENCE)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}
