import { D_MATCHED, MAX_FRAME } from '../../assembly/layout'
import { CallGuard } from '../common/call-guard'
import { disposeSymbol } from '../common/dispose'
import { DisposedError, FrameError } from '../common/errors'
import { Core, type CoreConfig } from '../core/core'
import type { PacketView } from '../packet/packet-view'
import { customView, writeExtraction } from './custom'
import { decodeExtracted, type Extracted } from './extracted'
import type { Extractor } from './extractor'
import { decodeKey, type FlowKey } from './flow-key'
import { compilePlan, type Plan } from './plan'

/** Runs an extractor on single frames, without tracking flows. */
export class FlowExtractor<K extends FlowKey = FlowKey> implements Disposable {
  readonly #plan: Plan
  readonly #guard = new CallGuard('FlowExtractor')
  /** Undefined after disposal. */
  #core: Core | undefined

  private constructor(core: Core, plan: Plan) {
    this.#core = core
    this.#plan = plan
  }

  /**
   * Makes one, with an instance of the core of its own.
   *
   * @throws ConfigError when the extractor is nested too deep, ModuleError when the core cannot be loaded
   */
  static async create<K extends FlowKey>(extractor: Extractor<K>): Promise<FlowExtractor<K>> {
    const plan = compilePlan(extractor)
    return new FlowExtractor<K>(await Core.create(configOf(plan), MAX_FRAME, { idleTimeoutOf: () => -1 }), plan)
  }

  /**
   * Says which flow a packet belongs to; undefined when it belongs to none. What a custom extractor throws comes
   * through.
   *
   * @throws FrameError when the frame is longer than 256 KiB, DisposedError after {@link FlowExtractor.dispose},
   * BusyError inside a custom extractor
   */
  extract(view: PacketView): Extracted<K> | undefined {
    const core = this.#enter()
    const { exports, input } = core
    const { frame, timestamp, wireLength, linkType } = view
    if (frame.length > MAX_FRAME) throw new FrameError(frame.length, MAX_FRAME)
    const views = core.memory()
    views.bytes.set(frame, input)
    const d = exports.extractFrame(frame.length, wireLength, linkType) >>> 0
    const { custom, format } = this.#plan
    if (custom && views.data.getUint8(d + D_MATCHED) !== 0) {
      const answer = this.#guard.call('extractor', () => custom(customView(views, d, timestamp)))
      writeExtraction(views, d, answer)
    }
    if (views.data.getUint8(d + D_MATCHED) === 0) return undefined
    // The plan decides which keys there are, and K follows from the extractor that it was compiled of.
    return decodeExtracted(views, d, input, view, (block) => decodeKey(block, format) as K)
  }

  /** Lets the core's memory go. The extractor cannot be used any more. */
  dispose(): void {
    this.#guard.dispose()
    this.#core = undefined
  }

  /** The same as `dispose`, for `using`. */
  declare readonly [Symbol.dispose]: () => void;

  /** @internal */
  [disposeSymbol](): void {
    this.dispose()
  }

  #enter(): Core {
    this.#guard.check()
    if (!this.#core) throw new DisposedError('FlowExtractor')
    return this.#core
  }
}

function configOf(plan: Plan): CoreConfig {
  const { flags, operations } = plan
  return {
    maxFlows: 1,
    flags,
    idleTcp: 0n,
    idleUdp: 0n,
    idleOther: 0n,
    sweepInterval: 1n,
    seed: 0n,
    plan: operations,
    streams: undefined,
    fragments: undefined,
    dedup: undefined,
    shard: undefined,
  }
}
