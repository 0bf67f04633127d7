import type { Shard } from '../core/core'
import type { CommonDriverOptions } from '../driver/options'
import type { FlowKey } from '../extract/flow-key'
import type { FlowTrackerChanges, FlowTrackerConfig } from '../tracker/config'
import type { Batch } from './batch'
import type { PackedError } from './errors'
import type { PackedValues } from './values'

/** Bytes of a capture that are sent to a worker at once. */
export const PIECE = 1 << 18

/** Pieces that a worker asks for before it has read those that came. */
export const PIECES_AHEAD = 2

/** A parser of those that the worker offers, by its name, and what it is made with: whatever can be cloned. */
export type ParserChoice<N extends string = string> = N | { readonly name: N; readonly options: object }

/** Options of a driver that can be sent to a worker: all but functions. */
export type SentOptions<K extends FlowKey = FlowKey> = Omit<
  CommonDriverOptions<K, undefined>,
  'userState' | 'idleTimeoutOf'
>

/** What a worker reads. */
export type SentInput =
  | { readonly kind: 'location'; readonly location: string; readonly isUrl: boolean }
  | { readonly kind: 'blob'; readonly blob: Blob }
  /** It comes in pieces, as the worker asks for them. */
  | { readonly kind: 'pieces'; readonly size: number | undefined }

/** What a worker does, one at a time; it answers with batches and an `end`. */
export type Command =
  | { readonly type: 'read'; readonly input: SentInput; readonly endsFlows: boolean }
  | { readonly type: 'sweep'; readonly seconds: number; readonly nanoseconds: number }
  | { readonly type: 'finish' }
  | { readonly type: 'reconfigure'; readonly changes: FlowTrackerChanges }

/** What a worker is sent. */
export type ToWorker =
  | {
      readonly type: 'create'
      readonly parsers: readonly ParserChoice[]
      readonly options: SentOptions
      /** The core, compiled; undefined where modules cannot be sent. */
      readonly module: WebAssembly.Module | undefined
      /** The part of all flows that is tracked; undefined for all. */
      readonly shard: Shard | undefined
    }
  | Command
  /** End the command at work. */
  | { readonly type: 'cancel' }
  /** A batch has been taken. */
  | { readonly type: 'credit' }
  /** Undefined at the end. */
  | { readonly type: 'piece'; readonly bytes: Uint8Array<ArrayBuffer> | undefined }
  | { readonly type: 'broken'; readonly error: PackedError }
  | { readonly type: 'stats' }

/** What a worker sends. */
export type FromWorker =
  /** It is there. */
  | { readonly type: 'hello' }
  | { readonly type: 'created'; readonly config: FlowTrackerConfig }
  | { readonly type: 'refused'; readonly error: PackedError }
  | Batch
  | { readonly type: 'end'; readonly config: FlowTrackerConfig; readonly error: PackedError | undefined }
  /** It wants another piece. */
  | { readonly type: 'pull' }
  | (PackedValues & { readonly type: 'stats'; readonly value: object })
