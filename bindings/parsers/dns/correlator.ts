import { secondsToNanoseconds } from '../../common/duration'
import { checkInteger, checkOptions } from '../../common/options'
import type { Timestamp } from '../../packet/timestamp'
import type { DnsQuery, DnsResponse, DnsUnanswered } from './message'

/** Bounds of a correlator. */
export interface DnsCorrelatorOptions {
  /** Capture time after which a query counts as unanswered, in seconds; `Infinity` for never. Default 30. */
  readonly queryTimeoutSeconds?: number
  /** Queries that may wait at once, of all flows together. The oldest is dropped for a new one. Default 10,000. */
  readonly maxPending?: number
}

/** What a correlator has counted. */
export interface DnsCorrelatorStats {
  /** Queries that are waiting. */
  readonly pending: number
  /** Queries that were taken up, repeated ones left out. */
  readonly queries: number
  /** Queries that came again, with the same id and question on the same flow, before an answer. */
  readonly repeatedQueries: number
  /** Responses that were matched to their query. */
  readonly matched: number
  /** Responses without a query: late ones, repeated ones, those of a transfer after the first. */
  readonly unmatchedResponses: number
  /** Queries that were told to be unanswered. */
  readonly unanswered: number
  /** Queries dropped because there were too many: it is not known whether they were answered. */
  readonly evicted: number
}

const OPTIONS = ['queryTimeoutSeconds', 'maxPending'] as const

const DEFAULT_TIMEOUT = 30
const DEFAULT_PENDING = 10_000
const MOST_PENDING = 10_000_000

/** Queries of one flow that may wait with the same id, each with another question. */
const MOST_OF_ONE_ID = 8

const STATEFUL = 6

interface Pending<Scope> {
  readonly scope: Scope
  readonly query: DnsQuery
  readonly question: string
  readonly side: unknown
  /** By age, of all scopes. */
  older: Pending<Scope> | undefined
  newer: Pending<Scope> | undefined
}

/**
 * Matches responses to queries: same flow, opposite direction, same id, and the same question but for upper and lower
 * case (RFC 5452 section 9.1, RFC 4343). A response without a question, as some errors are and messages of a transfer
 * (RFC 5936 section 2.2.1), matches the oldest query with its id.
 *
 * A query that comes again is the same one: the time runs from the first.
 *
 * @typeParam Scope whatever tells flows apart, compared as a `Map` compares its keys
 */
export class DnsCorrelator<Scope> {
  readonly #timeoutSeconds: number
  readonly #timeoutNs: number
  readonly #maxPending: number
  readonly #scopes = new Map<Scope, Map<number, Pending<Scope>[]>>()
  #oldest: Pending<Scope> | undefined
  #newest: Pending<Scope> | undefined
  #pending = 0
  #queries = 0
  #repeated = 0
  #matched = 0
  #unmatched = 0
  #unanswered = 0
  #evicted = 0

  /** @throws ConfigError when an option has a value that cannot be used */
  constructor(options: DnsCorrelatorOptions = {}) {
    checkOptions(options, OPTIONS, 'correlator')
    this.#timeoutSeconds = options.queryTimeoutSeconds ?? DEFAULT_TIMEOUT
    this.#timeoutNs = Number(secondsToNanoseconds(this.#timeoutSeconds, 'correlator.queryTimeoutSeconds'))
    this.#maxPending = checkInteger(options.maxPending ?? DEFAULT_PENDING, 1, MOST_PENDING, 'correlator.maxPending')
  }

  /** Counters so far. */
  get stats(): DnsCorrelatorStats {
    return {
      pending: this.#pending,
      queries: this.#queries,
      repeatedQueries: this.#repeated,
      matched: this.#matched,
      unmatchedResponses: this.#unmatched,
      unanswered: this.#unanswered,
      evicted: this.#evicted,
    }
  }

  /**
   * A query was seen.
   *
   * @param side direction it went, if that is known; compared with that of the response
   * @returns the query that was dropped for it, if there were too many
   */
  query(scope: Scope, query: DnsQuery, side?: unknown): DnsQuery | undefined {
    if (query.opcode === STATEFUL) return undefined
    const question = questionOf(query)
    let scoped = this.#scopes.get(scope)
    const sameId = scoped?.get(query.id)
    if (sameId?.some((pending) => pending.question === question && pending.side === side)) {
      this.#repeated++
      return undefined
    }
    let dropped: Pending<Scope> | undefined
    if (sameId && sameId.length >= MOST_OF_ONE_ID) dropped = sameId[0]
    else if (this.#pending >= this.#maxPending) dropped = this.#oldest
    if (dropped) {
      this.#remove(dropped)
      this.#evicted++
      scoped = this.#scopes.get(scope)
    }
    if (!scoped) {
      scoped = new Map()
      this.#scopes.set(scope, scoped)
    }
    const pending: Pending<Scope> = { scope, query, question, side, older: this.#newest, newer: undefined }
    const list = scoped.get(query.id)
    if (list) list.push(pending)
    else scoped.set(query.id, [pending])
    if (this.#newest) this.#newest.newer = pending
    else this.#oldest = pending
    this.#newest = pending
    this.#pending++
    this.#queries++
    return dropped?.query
  }

  /**
   * A response was seen.
   *
   * @returns its query, which is not waiting any more, and the nanoseconds between both; undefined when there is none
   * that waits, also when the time-out had passed
   */
  response(
    scope: Scope,
    response: DnsResponse,
    side?: unknown,
  ): { readonly query: DnsQuery; readonly rttNs: number } | undefined {
    const sameId = this.#scopes.get(scope)?.get(response.id)
    const question = sameId && questionOf(response)
    const found = sameId?.find(
      (pending) =>
        (question === '' || question === pending.question) &&
        (side === undefined || pending.side === undefined || side !== pending.side) &&
        pending.query.opcode === response.opcode &&
        nanosecondsBetween(pending.query.timestamp, response.timestamp) < this.#timeoutNs,
    )
    if (!found) {
      this.#unmatched++
      return undefined
    }
    this.#remove(found)
    this.#matched++
    const { query } = found
    return { query, rttNs: Math.max(0, nanosecondsBetween(query.timestamp, response.timestamp)) }
  }

  /** Gives up the queries of all scopes whose time-out has passed, the oldest first. */
  sweep(now: Timestamp): DnsUnanswered[] {
    const given: DnsUnanswered[] = []
    while (this.#oldest && this.#isExpired(this.#oldest, now)) given.push(this.#giveUp(this.#oldest, 'timeout'))
    return given
  }

  /** Gives up the queries of one scope whose time-out has passed. */
  sweepScope(scope: Scope, now: Timestamp): DnsUnanswered[] {
    return this.#giveUpOf(scope, 'timeout', (pending) => this.#isExpired(pending, now))
  }

  /** Gives up all queries of a scope, since no response can come any more. */
  end(scope: Scope): DnsUnanswered[] {
    return this.#giveUpOf(scope, 'flow_ended', () => true)
  }

  /** Whether queries of this scope are waiting. */
  isWaiting(scope: Scope): boolean {
    return this.#scopes.has(scope)
  }

  #isExpired({ query }: Pending<Scope>, now: Timestamp): boolean {
    return (
      this.#timeoutSeconds !== Number.POSITIVE_INFINITY && nanosecondsBetween(query.timestamp, now) >= this.#timeoutNs
    )
  }

  #giveUpOf(
    scope: Scope,
    reason: DnsUnanswered['reason'],
    isMeant: (pending: Pending<Scope>) => boolean,
  ): DnsUnanswered[] {
    const scoped = this.#scopes.get(scope)
    if (!scoped) return []
    const meant = [...scoped.values()].flat().filter(isMeant)
    if (meant.length > 1) meant.sort((a, b) => a.query.timestamp.compare(b.query.timestamp))
    return meant.map((pending) => this.#giveUp(pending, reason))
  }

  #giveUp(pending: Pending<Scope>, reason: DnsUnanswered['reason']): DnsUnanswered {
    this.#remove(pending)
    this.#unanswered++
    return { ...pending.query, kind: 'unanswered', reason }
  }

  #remove(pending: Pending<Scope>): void {
    const { scope, query, older, newer } = pending
    if (older) older.newer = newer
    else this.#oldest = newer
    if (newer) newer.older = older
    else this.#newest = older
    // Else one that a collector has not taken yet keeps all that came after it.
    pending.older = undefined
    pending.newer = undefined
    this.#pending--
    const scoped = this.#scopes.get(scope)
    const sameId = scoped?.get(query.id)
    if (!scoped || !sameId) return
    if (sameId.length > 1) {
      sameId.splice(sameId.indexOf(pending), 1)
      return
    }
    scoped.delete(query.id)
    if (scoped.size === 0) this.#scopes.delete(scope)
  }
}

/** Questions as they are compared: `example.com A IN`. */
function questionOf({ questions }: DnsQuery | DnsResponse): string {
  const [first] = questions
  if (!first) return ''
  if (questions.length === 1) return `${first.name.toLowerCase()} ${first.type} ${first.class}`
  return questions.map(({ name, type, class: of }) => `${name.toLowerCase()} ${type} ${of}`).join(' ')
}

/** Exact below 104 days. */
function nanosecondsBetween(earlier: Timestamp, later: Timestamp): number {
  return (later.seconds - earlier.seconds) * 1e9 + (later.nanoseconds - earlier.nanoseconds)
}
