import type { FlowKey } from '../extract/flow-key'
import type { EndedEvent } from '../tracker/events'
import type { FlowSide } from '../tracker/vocabulary'
import { ends, integer, jsonText } from './json'

/** One direction of a TCP connection that has ended. */
export interface FinishedStream<K extends FlowKey = FlowKey> {
  /** Its flow. */
  readonly flow: EndedEvent<K, unknown>
  /** Who sent it. */
  readonly side: FlowSide
  /** Bytes as delivered, holes left out. */
  readonly bytes: number
  /** Of those bytes, in hexadecimal. */
  readonly sha256: string
  /** Holes: where each lies among the delivered bytes, and how many bytes are missing. */
  readonly gaps: readonly (readonly [offset: number, missing: number])[]
  /** File that the bytes were written to. */
  readonly file?: string | undefined
}

/** The line of one direction of a TCP connection. */
export function streamLine({ flow, side, bytes, sha256, gaps, file }: FinishedStream): string {
  return (
    `{"type":"stream","flow":${integer(flow.flow)}` +
    (flow.protocol === undefined ? '' : `,"protocol":"${flow.protocol}"`) +
    ends(flow) +
    `,"side":"${side}","bytes":${integer(bytes)},"sha256":"${sha256}"` +
    `,"gaps":[${gaps.map(([offset, missing]) => `[${integer(offset)},${integer(missing)}]`).join(',')}]` +
    (file === undefined ? '' : `,"file":${jsonText(file)}`) +
    '}\n'
  )
}
