import { SingleBar } from 'cli-progress'
import { clip } from './output/columns'
import { formatBytes } from './output/units'

/** Work that is done sooner shows no bar, in milliseconds. */
const PATIENCE = 500

/** How far the reading of captures has come, on a terminal at standard error; on anything else it is silent. */
export class Progress {
  readonly #stream: NodeJS.WriteStream
  readonly #enabled: boolean
  #bar: SingleBar | undefined
  #started = 0

  constructor(stream: NodeJS.WriteStream, enabled = true) {
    this.#stream = stream
    this.#enabled = enabled && stream.isTTY === true
  }

  /** `total` is undefined for a stream, whose end nobody knows. */
  update(name: string, done: number, total: number | undefined): void {
    if (!this.#enabled) return
    const now = performance.now()
    if (this.#started === 0) this.#started = now
    if (!this.#bar) {
      if (now - this.#started < PATIENCE) return
      this.#bar = new SingleBar({
        stream: this.#stream,
        format: (_options, { progress, maxWidth }, { name, done, total }) =>
          line(maxWidth, progress, name, done, total),
        clearOnComplete: true,
        gracefulExit: false,
        linewrap: true,
      })
      this.#bar.start(total ?? 0, 0, { name, done, total })
    }
    this.#bar.setTotal(total ?? 0)
    this.#bar.update(done, { name, done, total })
  }

  /** Takes the bar off the screen, so that lines can be written; the next update brings it back. */
  clear(): void {
    this.#bar?.stop()
    this.#bar = undefined
  }
}

const BAR_CELLS = 30

function line(width: number, progress: number, name: string, done: number, total: number | undefined): string {
  if (total === undefined) return clip(`${name}  ${formatBytes(done)} read`, width - 1)
  const filled = Math.round(progress * BAR_CELLS)
  const bar = '█'.repeat(filled) + '░'.repeat(BAR_CELLS - filled)
  const percent = `${Math.floor(progress * 100)} %`.padStart(5)
  return clip(`${bar} ${percent}  ${formatBytes(done)} of ${formatBytes(total)}  ${name}`, width - 1)
}
