/** Takes the streams out of a capture, to give them to a parser again in other pieces. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type FlowKey, fileSource, messages, type SessionParser, sessionParser, type Timestamp } from '../../bindings'
import type { FinReason, StreamGap } from '../../bindings/session/session-parser'
import { ROOT } from './programs'

type Side = 'initiator' | 'responder'

/** A call that a driver made. */
export type Call =
  | { readonly kind: 'feed'; readonly side: Side; readonly bytes: Uint8Array; readonly offset: number }
  | { readonly kind: 'gap'; readonly side: Side; readonly gap: StreamGap }
  | { readonly kind: 'fin'; readonly side: Side; readonly end: number; readonly reason: FinReason }
  | { readonly kind: 'rst'; readonly ends: Readonly<Record<Side, number>> }

/** All calls that a parser got of one TCP connection, each with its time. */
export interface Stream {
  readonly key: FlowKey
  readonly calls: (Call & { readonly timestamp: Timestamp })[]
}

/** Captures of other people that may lie beside the repository, by folder; none where they do not. */
export function sharedCaptures(folder: string): string[] {
  const path = join(ROOT, '../shared/captures', folder)
  return existsSync(path) ? readdirSync(path).map((file) => join(path, file)) : []
}

/** The TCP connections of a capture. */
export async function streamsOf(path: string): Promise<Stream[]> {
  const streams: Stream[] = []
  const create = (key: FlowKey): SessionParser<never> => {
    const stream: Stream = { key, calls: [] }
    streams.push(stream)
    const { calls } = stream
    return {
      feed(side, bytes, timestamp, offset) {
        calls.push({ kind: 'feed', side, bytes: bytes.slice(), timestamp, offset })
        return undefined
      },
      gap(side, gap, timestamp) {
        calls.push({ kind: 'gap', side, gap, timestamp })
        return 'continue'
      },
      fin(side, timestamp, end, reason) {
        calls.push({ kind: 'fin', side, timestamp, end, reason })
        return undefined
      },
      rst(timestamp, ends) {
        calls.push({ kind: 'rst', timestamp, ends })
        return undefined
      },
    }
  }
  for await (const _ of messages(fileSource(path), [sessionParser({ name: 'calls', create })]));
  return streams
}

/** Where bytes are cut: given the first byte's place among all bytes of the stream, and how many there are. */
export type Cut = (place: number, length: number) => readonly number[]

/** Bytes of a stream that are fed. */
export function lengthOf({ calls }: Stream): number {
  return calls.reduce((sum, call) => sum + (call.kind === 'feed' ? call.bytes.length : 0), 0)
}

/**
 * What a parser answers to the calls, bytes cut and overwritten when they have been fed. As a driver does, it is not
 * called any more when it is done.
 */
export function replay<M>(parser: SessionParser<M>, { calls }: Stream, cut: Cut = () => []): string[] {
  const answers: string[] = []
  const take = (side: string, answer: Iterable<M> | undefined) => {
    for (const message of answer ?? []) answers.push(`${side} ${textOf(message)}`)
  }
  let place = 0
  for (const call of calls) {
    if (parser.isDone) break
    const { timestamp } = call
    switch (call.kind) {
      case 'feed': {
        const { side, bytes, offset } = call
        const ends = [...cut(place, bytes.length), bytes.length]
        let start = 0
        for (const end of ends) {
          const piece = bytes.slice(start, end)
          if (piece.length > 0 && !parser.isDone) take(side, parser.feed(side, piece, timestamp, offset + start))
          piece.fill(0xee)
          start = end
        }
        place += bytes.length
        break
      }
      case 'gap': {
        const answer = parser.gap?.(call.side, call.gap, timestamp)
        if (typeof answer === 'object') take(call.side, answer.messages)
        break
      }
      case 'fin':
        take(call.side, parser.fin?.(call.side, timestamp, call.end, call.reason))
        break
      case 'rst':
        take('both', parser.rst?.(timestamp, call.ends))
    }
  }
  return answers
}

function textOf(message: unknown): string {
  return JSON.stringify(message, (_, value) =>
    value instanceof Uint8Array ? Buffer.from(value.buffer, value.byteOffset, value.length).toString('hex') : value,
  )
}
