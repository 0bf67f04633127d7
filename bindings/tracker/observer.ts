import type { Timestamp } from '../packet/timestamp'
import type { EventSource } from './engine'

/** Sees what a tracker does, whoever pulls the events: see {@link Tracker.observe}. */
export interface TrackerObserver<E> {
  /** An event is about to be handed out. Its bytes hold only during the call. Must not use the tracker. */
  event(event: E): void
  /** {@link Tracker.forget} has removed the flow with this number. Must not use the tracker. */
  forgotten?(flow: number): void
  /** The tracker is about to be disposed: its counters can be read for the last time. */
  disposed?(): void
}

/** Calls a function of the user's: undefined when it throws. */
type CallUser = (name: string, callback: () => void) => void

/** Shows events to observers on their way from another source. */
export class ObservedSource<E> implements EventSource<E> {
  readonly inner: EventSource<E>
  readonly #observers: ReadonlySet<TrackerObserver<E>>
  readonly #callUser: CallUser

  constructor(inner: EventSource<E>, observers: ReadonlySet<TrackerObserver<E>>, callUser: CallUser) {
    this.inner = inner
    this.#observers = observers
    this.#callUser = callUser
  }

  next(): E | undefined {
    const event = this.inner.next()
    if (event) for (const observer of this.#observers) this.#callUser('observer', () => observer.event(event))
    return event
  }

  drop(index: number): void {
    this.inner.drop(index)
  }

  advance(now: Timestamp): void {
    this.inner.advance(now)
  }
}
