import { type CaptureSource, streamSource } from '../../index'
import { UsageError } from '../command'
import { CAPTURE_TOOLS, type CaptureTool, NOT_INSTALLED, RunningTool } from './capture-tool'
import { type Feed, FeedError } from './feed'

/** Milliseconds that the capture tool has to end after Ctrl-C. */
const LAST_WORDS = 3000

/** What a network interface sees, through the first capture tool that can be had. */
export function liveFeed(networkInterface: string, filter: string | undefined): Feed {
  const source = new LiveSource(networkInterface, filter)
  return {
    name: networkInterface,
    input: source,
    isLive: true,
    stop: () => source.stop(),
    lastWords: LAST_WORDS,
    remark: () => (source.dropped > 0 ? `${source.dropped} packets were dropped before they were captured` : undefined),
  }
}

class LiveSource implements CaptureSource {
  readonly #networkInterface: string
  readonly #filter: string | undefined
  readonly #tools: CaptureTool[] = [...CAPTURE_TOOLS]
  /** Of the tools that could not begin. */
  readonly #failures: { readonly tool: string; readonly reason: string }[] = []
  #running: { readonly name: string; readonly tool: RunningTool; readonly bytes: CaptureSource } | undefined
  #hasBegun = false
  #isStopping = false

  /** Packets that the tool was too slow for. */
  dropped = 0

  constructor(networkInterface: string, filter: string | undefined) {
    this.#networkInterface = networkInterface
    this.#filter = filter
  }

  /**
   * @throws UsageError when no tool can capture here, FeedError when the one that did has failed
   */
  async readInto(target: Uint8Array): Promise<number> {
    for (;;) {
      if (this.#isStopping && !this.#hasBegun && !this.#running) return 0
      this.#running ??= this.#start()
      const { name, tool, bytes } = this.#running
      const count = await bytes.readInto(target)
      if (count > 0) {
        this.#hasBegun = true
        return count
      }
      const { failure, dropped } = await tool.ended
      this.dropped = dropped
      if (failure === undefined || this.#isStopping) return 0
      if (this.#hasBegun) throw new FeedError(`${name} has ended: ${failure}`)
      this.#failures.push({ tool: name, reason: failure })
      this.#running = undefined
    }
  }

  stop(): void {
    this.#isStopping = true
    this.#running?.tool.stop()
  }

  async close(): Promise<void> {
    this.#running?.tool.kill()
    await this.#running?.bytes.close?.()
  }

  #start(): { name: string; tool: RunningTool; bytes: CaptureSource } {
    const next = this.#tools.shift()
    if (!next) throw new UsageError(this.#whyNot())
    const tool = new RunningTool(next, this.#networkInterface, this.#filter)
    return { name: next.name, tool, bytes: streamSource(tool.output) }
  }

  #whyNot(): string {
    const names = this.#failures.map(({ tool }) => tool).join(' or ')
    if (this.#failures.every(({ reason }) => reason === NOT_INSTALLED)) {
      return `live capture needs ${names}, and neither is installed`
    }
    const reasons = this.#failures.map(({ tool, reason }) => `${tool}: ${reason}`).join('; ')
    return `cannot capture on ${this.#networkInterface}: ${reasons}`
  }
}
