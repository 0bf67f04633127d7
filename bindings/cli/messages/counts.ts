import type { CliMessage } from '../flow'
import { TopTalkers } from '../top-talkers'
import { PROTOCOL_NAMES, PROTOCOLS, protocolOf } from './index'

/** Names of one protocol that are counted at once. */
const NAMES_KEPT = 8192

const NAMES_SHOWN = 10

/** The names that the messages of a protocol asked for most. */
export interface NamesSeen {
  /** What they are, for programs. */
  readonly field: string
  /** The same for people. */
  readonly title: string
  readonly top: readonly { readonly name: string; readonly messages: number }[]
}

/** Counts messages by protocol and the names in them, in memory that does not grow with their number. */
export class MessageCounts {
  readonly byProtocol = new Map<string, number>()
  readonly #names: Map<string, TopTalkers> | undefined

  /** @param countsNames whether names are counted, too */
  constructor(countsNames = false) {
    this.#names = countsNames ? new Map() : undefined
  }

  add(event: CliMessage): void {
    const { protocol, message } = event
    this.byProtocol.set(protocol, (this.byProtocol.get(protocol) ?? 0) + 1)
    const name = this.#names && protocolOf(event).nameIn(message)
    if (name !== undefined) this.#namesOf(protocol).add(name.toLowerCase(), 0, 1)
  }

  /** By protocol, where there were any; the most frequent first. */
  get names(): NamesSeen[] {
    return PROTOCOL_NAMES.flatMap((protocol) => {
      const seen = this.#names?.get(protocol)
      if (!seen) return []
      const top = seen.top(NAMES_SHOWN).map(({ key, flows }) => ({ name: key, messages: flows }))
      return [{ ...PROTOCOLS[protocol].names, top }]
    })
  }

  #namesOf(protocol: string): TopTalkers {
    let names = this.#names?.get(protocol)
    if (!names) {
      names = new TopTalkers(NAMES_KEPT)
      this.#names?.set(protocol, names)
    }
    return names
  }
}
