import type { Timestamp } from '../../packet/timestamp'
import type { FlowSide } from '../../tracker/vocabulary'
import { anomaly } from './findings'
import type { BodyFraming } from './framing'
import type { AnyMessageState, RequestState } from './message'
import type { Head, SideOwner } from './side-owner'

const BODY_BOUND = anomaly('body_bound')

/** The message of one side that is being read, from its head to its end. */
export class OpenMessage {
  readonly #side: FlowSide
  readonly #owner: SideOwner
  /** Undefined between messages. */
  current: AnyMessageState | undefined

  constructor(side: FlowSide, owner: SideOwner) {
    this.#side = side
    this.#owner = owner
  }

  /** Begins with a head, or what there is of one. */
  open(head: Head): AnyMessageState {
    const message = this.#owner.open(this.#side, head)
    const { line, fields, leniencies } = head
    const isSimple = line.isSimple && fields.headers.size === 0
    message.leniencyMask |= leniencies | line.leniencies | fields.leniencies
    message.anomalyMask |= (isSimple ? 0 : line.anomalies) | fields.anomalies
    this.current = message
    return message
  }

  /** Begins with a head that is whole; says how the body ends. */
  openWhole(head: Head): BodyFraming {
    const message = this.open(head)
    const framing = this.#owner.framing(message, head)
    message.leniencyMask |= framing.leniencies
    message.anomalyMask |= framing.anomalies
    return framing
  }

  /** It is a response to a request that is not known. */
  get isUnasked(): boolean {
    return this.current?.kind === 'response' && this.current.request === undefined
  }

  /** The message has these anomalies. */
  mark(anomalies: number): void {
    if (this.current) this.current.anomalyMask |= anomalies
  }

  /** The request of HTTP/0.9 that what comes next on this side answers, if that is so. */
  get simpleRequest(): RequestState | undefined {
    return this.#owner.kindOf(this.#side) === 'response' ? this.#owner.simpleRequest() : undefined
  }

  /** Begins a response of HTTP/0.9. */
  openSimple(request: RequestState, now: Timestamp): void {
    this.current = this.#owner.openSimple(this.#side, request, now)
  }

  /** The message is over. */
  finish(isComplete: boolean, now: Timestamp): void {
    const message = this.current
    this.current = undefined
    if (!message) return
    const { reader } = message
    message.reader = undefined
    message.isComplete = isComplete
    message.endTime = now
    message.body = reader?.end?.()
    if (message.body?.isTruncated) message.anomalyMask |= BODY_BOUND
    this.#owner.close(message)
  }
}
