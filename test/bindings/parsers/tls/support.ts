import type { TlsAnomalyKind, TlsMessage, TlsOptions, TlsSide } from '../../../../bindings/parsers/tls/index'
import { TlsParser } from '../../../../bindings/parsers/tls/index'

/** Bytes of a side, or the length of a hole in it. */
export type Step = readonly [side: TlsSide, bytes: Uint8Array | readonly number[] | number]

export type Told = TlsMessage | { readonly kind: 'anomaly'; readonly anomaly: TlsAnomalyKind }

export interface Reading {
  readonly messages: (readonly [TlsSide, Told])[]
  readonly done: TlsSide[]
  readonly parser: TlsParser
}

/** What a parser makes of these steps, the bytes cut by `cut`. Chunks are overwritten when they have been fed. */
export function read(steps: readonly Step[], options: TlsOptions = {}, cut = (bytes: Uint8Array) => [bytes]): Reading {
  const messages: (readonly [TlsSide, Told])[] = []
  const done: TlsSide[] = []
  const sink = {
    message: (side: TlsSide, message: TlsMessage) => void messages.push([side, message]),
    anomaly: (side: TlsSide, anomaly: TlsAnomalyKind) => void messages.push([side, { kind: 'anomaly', anomaly }]),
    done: (side: TlsSide) => void done.push(side),
  }
  const parser = new TlsParser(sink, options)
  for (const [side, bytes] of steps) {
    if (typeof bytes === 'number') {
      parser.gap(side, bytes)
      continue
    }
    for (const chunk of cut(Uint8Array.from(bytes))) {
      const view = chunk.slice()
      parser.feed(side, view)
      view.fill(0xee)
    }
  }
  return { messages, done, parser }
}

/** Cuts bytes into pieces of one length. */
export function every(length: number): (bytes: Uint8Array) => Uint8Array[] {
  return (bytes) =>
    Array.from({ length: Math.ceil(bytes.length / length) }, (_, i) => bytes.subarray(i * length, (i + 1) * length))
}

/** The kinds of the messages, and for an anomaly its name. */
export function kinds({ messages }: Reading): string[] {
  return messages.map(([, message]) => (message.kind === 'anomaly' ? message.anomaly : message.kind))
}

/** The only message of a kind. */
export function only<K extends TlsMessage['kind']>(reading: Reading, kind: K): Extract<TlsMessage, { kind: K }> {
  const found = reading.messages.map(([, message]) => message).filter((message) => message.kind === kind)
  if (found.length !== 1) throw new Error(`${found.length} messages of kind ${kind}`)
  return found[0] as Extract<TlsMessage, { kind: K }>
}
