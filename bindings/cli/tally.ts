import type { Endpoint } from '../index'
import type { EndedFlow } from './flow'
import { TopTalkers } from './top-talkers'

/** What a group of flows carried together. */
export interface Totals {
  flows: number
  packets: number
  bytes: number
}

/** Pairs of hosts that are counted at once. */
export const TALKERS_KEPT = 8192

/** Stands for the protocol of flows that have none, such as those between MAC addresses. */
const ANY = 'any'

/** Sums over the flows that have ended, in memory that does not grow with their number. */
export class Tally {
  readonly #all = nothing()
  readonly #protocols = new Map<string, Totals>()
  readonly #endReasons = new Map<string, number>()
  /** Pairs of hosts. */
  readonly talkers = new TopTalkers(TALKERS_KEPT)

  add(flow: EndedFlow): void {
    const { packets, bytes } = flow.stats
    count(this.#all, packets, bytes)
    count(this.#totalsOf(flow.protocol ?? ANY), packets, bytes)
    this.#endReasons.set(flow.reason, (this.#endReasons.get(flow.reason) ?? 0) + 1)
    this.talkers.add(pairOf(flow), packets, bytes)
  }

  /** All flows together. */
  get all(): Readonly<Totals> {
    return this.#all
  }

  /** By IP protocol, heaviest first. */
  get protocols(): [protocol: string, totals: Readonly<Totals>][] {
    return [...this.#protocols].sort(([, a], [, b]) => b.bytes - a.bytes)
  }

  /** Most frequent first. */
  get endReasons(): [reason: string, flows: number][] {
    return [...this.#endReasons].sort(([, a], [, b]) => b - a)
  }

  #totalsOf(protocol: string): Totals {
    let totals = this.#protocols.get(protocol)
    if (!totals) {
      totals = nothing()
      this.#protocols.set(protocol, totals)
    }
    return totals
  }
}

function nothing(): Totals {
  return { flows: 0, packets: 0, bytes: 0 }
}

function count(totals: Totals, packets: number, bytes: number): void {
  totals.flows++
  totals.packets += packets
  totals.bytes += bytes
}

/** The two hosts of a flow, whichever began it. */
function pairOf({ initiator, responder }: EndedFlow): string {
  const a = hostOf(initiator)
  const b = hostOf(responder)
  return a < b ? `${a} - ${b}` : `${b} - ${a}`
}

function hostOf(end: Endpoint): string {
  return 'mac' in end ? end.mac : end.address
}
