import {
  type DriverEvent,
  type FinReason,
  type FlowSide,
  type GapAnswer,
  type PacketView,
  type SessionParser,
  type StreamGap,
  sessionParser,
  type Timestamp,
} from '../../../bindings'
import { at } from '../support'

const decoder = new TextDecoder()

/** A line of text that somebody has sent. */
export interface Line {
  readonly line: string
}

/** What a {@link LineParser} does beyond cutting lines. */
export interface LineBehaviour {
  gap?(side: FlowSide, gap: StreamGap): GapAnswer<Line>
  /** Called with each line, before it is answered. */
  onLine?(parser: LineParser, side: FlowSide, line: string): void
}

/** Cuts streams into lines; what stands behind the last line end is one, too, when the side has ended. */
export class LineParser implements SessionParser<Line> {
  readonly calls: string[] = []
  isDone = false
  isPoisoned = false
  poisonReason: string | undefined
  readonly skip = { initiator: 0, responder: 0 }
  readonly gap?: (side: FlowSide, gap: StreamGap, timestamp: Timestamp) => GapAnswer<Line>
  readonly #behaviour: LineBehaviour
  readonly #rest = { initiator: '', responder: '' }

  constructor(behaviour: LineBehaviour = {}) {
    this.#behaviour = behaviour
    if (behaviour.gap) {
      this.gap = (side, gap) => {
        this.calls.push(`gap ${side} ${gap.offset} ${gap.length} ${gap.reason}`)
        return behaviour.gap?.(side, gap) ?? 'continue'
      }
    }
  }

  *feed(side: FlowSide, bytes: Uint8Array, _timestamp: Timestamp, offset: number): Generator<Line, undefined> {
    this.calls.push(`feed ${side} ${offset} ${bytes.length}`)
    const lines = (this.#rest[side] + decoder.decode(bytes)).split('\n')
    this.#rest[side] = lines.pop() ?? ''
    for (const line of lines) {
      this.#behaviour.onLine?.(this, side, line)
      yield { line }
    }
  }

  missed(side: FlowSide, { offset, length }: StreamGap): undefined {
    this.calls.push(`missed ${side} ${offset} ${length}`)
  }

  fin(side: FlowSide, _timestamp: Timestamp, end: number, reason: FinReason): Line[] {
    this.calls.push(`fin ${side} ${end}${reason === 'fin' ? '' : ' at the end'}`)
    const line = this.#rest[side]
    return line === '' ? [] : [{ line }]
  }

  rst(_timestamp: Timestamp, ends: Readonly<Record<FlowSide, number>>): undefined {
    this.calls.push(`rst ${ends.initiator} ${ends.responder}`)
  }

  skipUntil(side: FlowSide): number {
    return this.skip[side]
  }
}

/** Lines as a protocol of a port, and the parsers that were made. */
export function lines(behaviour: LineBehaviour = {}, ports: readonly number[] | undefined = [80]) {
  const parsers: LineParser[] = []
  const protocol = sessionParser({
    name: 'lines',
    ...(ports && { ports }),
    create: () => {
      const parser = new LineParser(behaviour)
      parsers.push(parser)
      return parser
    },
  })
  return { protocol, parsers }
}

/** Tracks frames a second apart, from second 1 on. */
export function trackAll<E>(driver: { track(view: PacketView): E[] }, frames: readonly Uint8Array[]): E[] {
  return frames.flatMap((frame, i) => driver.track(at(i + 1, frame)))
}

/** What events say, in short. */
export function tell(events: readonly DriverEvent[]): string[] {
  return events.map((event) => {
    switch (event.kind) {
      case 'message':
        return `${event.protocol} ${event.side} ${JSON.stringify(event.message)}`
      case 'parser_closed':
        return `closed ${event.protocol} ${event.reason}`
      case 'anomaly':
      case 'tracker_anomaly':
        return `! ${event.anomaly.kind}`
      case 'ended':
        return `ended ${event.reason}`
      default:
        return event.kind
    }
  })
}

/** Only the messages of lines, as text. */
export function linesOf(events: readonly DriverEvent[]): string[] {
  return events.flatMap((event) => (event.kind === 'message' ? [`${event.side}: ${(event.message as Line).line}`] : []))
}
