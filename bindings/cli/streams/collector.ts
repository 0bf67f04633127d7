import { createHash, type Hash } from 'node:crypto'
import type { FlowSide } from '../../index'
import type { CliEvent, CliStream, EndedFlow } from '../flow'

/** A hole: where it lies among the delivered bytes, and how many are missing. */
export type Gap = readonly [offset: number, missing: number]

/** Takes the bytes of streams, too. */
export interface StreamSink {
  write(flow: number, side: FlowSide, bytes: Uint8Array): void
  /** The stream has ended. Answers with the name of its file, undefined where there is none. */
  close(flow: number, side: FlowSide): string | undefined
}

interface Stream {
  readonly hash: Hash
  readonly gaps: Gap[]
  bytes: number
}

const SIDES = ['initiator', 'responder'] as const satisfies readonly FlowSide[]

/** Sums up the bytes of streams as they come, and tells each one when its flow ends. */
export class StreamCollector {
  readonly #streams = new Map<string, Stream>()
  readonly #sink: StreamSink | undefined

  constructor(sink?: StreamSink) {
    this.#sink = sink
  }

  /** Answers with the streams that have ended by this event. */
  take(event: CliEvent): readonly CliStream[] {
    switch (event.kind) {
      case 'stream_data': {
        const { flow, side, bytes } = event
        const stream = this.#streamOf(flow, side)
        stream.hash.update(bytes)
        stream.bytes += bytes.length
        this.#sink?.write(flow, side, bytes)
        return []
      }
      case 'stream_gap': {
        const stream = this.#streamOf(event.flow, event.side)
        stream.gaps.push([stream.bytes, event.length])
        return []
      }
      case 'ended':
        return SIDES.flatMap((side) => this.#finish(event, side))
      default:
        return []
    }
  }

  #streamOf(flow: number, side: FlowSide): Stream {
    const name = nameOf(flow, side)
    let stream = this.#streams.get(name)
    if (!stream) {
      stream = { hash: createHash('sha256'), gaps: [], bytes: 0 }
      this.#streams.set(name, stream)
    }
    return stream
  }

  #finish(flow: EndedFlow, side: FlowSide): readonly CliStream[] {
    const name = nameOf(flow.flow, side)
    const stream = this.#streams.get(name)
    if (!stream) return []
    this.#streams.delete(name)
    const file = this.#sink?.close(flow.flow, side)
    const { bytes, gaps, hash } = stream
    return [{ flow, side, bytes, sha256: hash.digest('hex'), gaps, file }]
  }
}

function nameOf(flow: number, side: FlowSide): string {
  return `${flow}-${side}`
}
