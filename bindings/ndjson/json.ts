import type { Endpoint } from '../extract/endpoint'
import type { FlowKey } from '../extract/flow-key'
import type { Timestamp } from '../packet/timestamp'
import type { EndedEvent } from '../tracker/events'

/** Controls (C0, DEL, C1), separators of lines and paragraphs, bidirectional controls (UAX #9), lone surrogates. */
const UNSAFE = /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu

/**
 * A text, or an object with texts, as JSON in which every character that could act on a terminal is escaped: nothing is
 * lost, and nothing that comes from a capture can steer what shows it.
 */
export function jsonText(value: string | object): string {
  return JSON.stringify(value).replace(UNSAFE, (unsafe) => `\\u${unsafe.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** An integer as JSON has it, or as decimal text where a reader that knows only doubles would lose digits. */
export function integer(value: number): string {
  return value <= Number.MAX_SAFE_INTEGER ? String(value) : `"${BigInt(value)}"`
}

/** Both ends of a flow; its key where a custom one does not tell of ends. */
export function ends({ initiator, responder, key }: EndedEvent<FlowKey, unknown>): string {
  if (!initiator || !responder) return `,"key":${jsonText(key.toString())}`
  return `,"initiator":${endpoint(initiator)},"responder":${endpoint(responder)}`
}

/** One end of a flow. Addresses are texts of ours: nothing in them needs escaping. */
export function endpoint(end: Endpoint): string {
  if ('mac' in end) return `{"mac":"${end.mac}"}`
  return end.port === undefined ? `{"address":"${end.address}"}` : `{"address":"${end.address}","port":${end.port}}`
}

export function time(timestamp: Timestamp): string {
  return `"${timestamp.toISOString()}"`
}

/** How often each of these was there. */
export function counts(named: ReadonlyMap<string, number>): string {
  return `{${[...named].map(([name, count]) => `${jsonText(name)}:${integer(count)}`).join(',')}}`
}

/** Bytes in hexadecimal. */
export function hexadecimal(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0')
  return text
}
