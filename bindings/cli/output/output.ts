import type { Writable } from 'node:stream'

/** Text held back at most before it goes to the stream. */
const HIGH_WATER = 64 * 1024

/**
 * Standard output in large pieces. What is written goes out when enough has gathered or, so that nothing is held back
 * while a live source is idle, as soon as the event loop is free. A reader that went away (`| head`) is no error:
 * `isClosed` becomes true, `onClose` is called, and further text is dropped.
 */
export class Output {
  isClosed = false
  /** The error that ended the output, if it was not the reader going away. */
  failure: Error | undefined
  onClose: (() => void) | undefined
  readonly #stream: Writable
  #pending = ''
  #scheduled: NodeJS.Immediate | undefined
  #drained: Promise<void> | undefined
  #wake: (() => void) | undefined

  constructor(stream: Writable) {
    this.#stream = stream
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') this.failure ??= error
      this.isClosed = true
      this.#pending = ''
      this.#release()
      this.onClose?.()
    })
    stream.on('drain', () => this.#release())
  }

  /** Takes the text; a promise is answered when the caller should wait because the reader is slower. */
  write(text: string): Promise<void> | undefined {
    if (this.isClosed) return undefined
    this.#pending += text
    if (this.#pending.length >= HIGH_WATER) this.#send()
    else this.#scheduled ??= setImmediate(() => this.#send())
    return this.#drained
  }

  /** Answers when everything written has left the program, or never will. */
  async flush(): Promise<void> {
    this.#send()
    while (this.#drained) await this.#drained
    if (this.isClosed) return
    await new Promise<void>((resolve) => {
      this.#stream.write('', () => resolve())
    })
  }

  #send(): void {
    clearImmediate(this.#scheduled)
    this.#scheduled = undefined
    const text = this.#pending
    this.#pending = ''
    if (text === '' || this.isClosed) return
    if (!this.#stream.write(text)) {
      this.#drained ??= new Promise((resolve) => {
        this.#wake = resolve
      })
    }
  }

  #release(): void {
    this.#wake?.()
    this.#wake = undefined
    this.#drained = undefined
  }
}
