import {
  D_CAPTURED,
  D_FRAME,
  D_LINK_TYPE,
  D_MATCHED,
  D_SIZE,
  D_TIME,
  D_WIRE,
  FEED_DAMAGED,
  FEED_EVENTS,
  FEED_EXTRACT,
} from '../../assembly/layout'
import { CallGuard } from '../common/call-guard'
import { Core, type CoreConfig } from '../core/core'
import { customExtractor } from '../extract/extractor'
import { compilePlan } from '../extract/plan'
import { PacketView } from '../packet/packet-view'
import { Timestamp } from '../packet/timestamp'
import type { FeedResult } from './capture-reader'
import { INPUT_CAPACITY } from './engine'

/** Reads the packets of captures, and tracks no flows: the core is asked to stop at each batch, as for an extractor. */
export class PacketFeeder {
  readonly core: Core
  readonly guard = new CallGuard('packets')

  private constructor(core: Core) {
    this.core = core
  }

  /** @throws ModuleError */
  static async create(): Promise<PacketFeeder> {
    return new PacketFeeder(await Core.create(CONFIG, INPUT_CAPACITY, { idleTimeoutOf: () => -1 }))
  }

  /** The packets of the records between two addresses. */
  *feed(start: number, end: number): Generator<PacketView, FeedResult, undefined> {
    const { exports } = this.core
    let next = start
    for (;;) {
      next = exports.feed(next, end) >>> 0
      const status = exports.feedStatus()
      if (status === FEED_EXTRACT) yield* this.#takeBatch()
      else if (status === FEED_EVENTS) exports.clearEvents()
      else return { next, isDamaged: status === FEED_DAMAGED }
    }
  }

  *#takeBatch(): Generator<PacketView, void, undefined> {
    const { exports } = this.core
    const count = exports.batchCount()
    const first = exports.batchPointer() >>> 0
    for (let d = first; d < first + count * D_SIZE; d += D_SIZE) {
      const { data } = this.core.memory()
      data.setUint8(d + D_MATCHED, 0)
      const frame = this.core.copy(data.getUint32(d + D_FRAME, true), data.getUint32(d + D_CAPTURED, true))
      yield new PacketView(frame, Timestamp.fromNanoseconds(data.getBigUint64(d + D_TIME, true)), {
        linkType: data.getUint32(d + D_LINK_TYPE, true),
        wireLength: data.getUint32(d + D_WIRE, true),
      })
    }
  }
}

const CONFIG: CoreConfig = {
  maxFlows: 1,
  flags: 0,
  idleTcp: 0n,
  idleUdp: 0n,
  idleOther: 0n,
  sweepInterval: 1n,
  seed: 0n,
  plan: compilePlan(customExtractor(() => undefined)).operations,
  streams: undefined,
  fragments: undefined,
  dedup: undefined,
  shard: undefined,
}
