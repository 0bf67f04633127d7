import { WorkerError } from '../common/errors'
import { Timestamp } from '../packet/timestamp'
import { type HttpMessageData, httpMessageData, httpMessageOf } from '../parsers/http/message-data'
import type { ByteBuffer } from './byte-buffer'

/** What stands in a place of packed values instead of a value that does not survive cloning as it is. */
const FIX_BYTES = 0
const FIX_TIMESTAMP = 1
const FIX_HTTP_MESSAGE = 2

/**
 * A place to be put right after cloning, and with what: bytes by offset and length, a time stamp by seconds and
 * nanoseconds, an HTTP message by the data that lie in the place. Cloning keeps it the same object as in the values.
 */
export type Fixup = readonly [container: object, property: string | number, kind: number, a: number, b: number]

/** Values after the walk: plain data, and what is to be put right in them. */
export interface PackedValues {
  readonly blobs: Uint8Array<ArrayBuffer>
  readonly fixups: readonly Fixup[]
}

/** What the structured clone carries as it is. */
const CLONED = [Map, Set, Date, RegExp, ArrayBuffer, Boolean, Number, String]

/**
 * Makes copies of values that the structured clone can carry, small byte arrays gathered in one buffer. Instances of
 * classes that are not known here become plain objects of their own enumerable properties.
 */
export class ValuePacker {
  readonly #blobs: ByteBuffer
  #fixups: Fixup[] = []
  /** Of the value at work, so that what is shared stays so, and cycles end. */
  readonly #copies = new Map<object, object>()

  constructor(blobs: ByteBuffer) {
    this.#blobs = blobs
  }

  /**
   * Copies a value.
   *
   * @param what says what it is, in the message of an error
   * @throws WorkerError when there is a function or a symbol in it
   */
  pack(value: unknown, what: string): unknown {
    const root: { value?: unknown } = {}
    this.packInto(root, 'value', value, what)
    return root.value
  }

  /** Copies a value to a place. @throws WorkerError */
  packInto(container: object, property: string, value: unknown, what: string): void {
    try {
      this.#put(container, property, value)
    } catch (cause) {
      const detail = cause instanceof Error ? cause.message : String(cause)
      throw new WorkerError(`${what} cannot be sent to another thread: ${detail}`, { cause })
    } finally {
      this.#copies.clear()
    }
  }

  /** Gives away what is to be put right. */
  takeFixups(): readonly Fixup[] {
    const fixups = this.#fixups
    this.#fixups = []
    return fixups
  }

  #put(container: object, property: string | number, value: unknown): void {
    if (typeof value !== 'object' || value === null) {
      if (typeof value === 'function' || typeof value === 'symbol')
        throw new TypeError(`${property} is a ${typeof value}`)
      assign(container, property, value)
      return
    }
    const copy = this.#copies.get(value)
    if (copy) assign(container, property, copy)
    else if (value instanceof Uint8Array)
      this.#fix(container, property, FIX_BYTES, this.#blobs.append(value), value.length)
    else if (value instanceof Timestamp) this.#fix(container, property, FIX_TIMESTAMP, value.seconds, value.nanoseconds)
    else if (ArrayBuffer.isView(value) || CLONED.some((type) => value instanceof type))
      assign(container, property, value)
    else this.#putObject(container, property, value)
  }

  #putObject(container: object, property: string | number, value: object): void {
    const data = httpMessageData(value)
    const source = data ?? value
    const copy: object = Array.isArray(source) ? [] : {}
    this.#copies.set(value, copy)
    assign(container, property, copy)
    for (const [name, inner] of Object.entries(source)) this.#put(copy, name, inner)
    // Behind what lies in it, which is to be put right first.
    if (data) this.#fixups.push([container, property, FIX_HTTP_MESSAGE, 0, 0])
  }

  #fix(container: object, property: string | number, kind: number, a: number, b: number): void {
    // Holds the place in the order of properties.
    assign(container, property, null)
    this.#fixups.push([container, property, kind, a, b])
  }
}

/** Puts packed values right after they have been cloned. */
export function repairValues({ fixups, blobs }: PackedValues): void {
  for (const [container, property, kind, a, b] of fixups) {
    if (kind === FIX_BYTES) assign(container, property, blobs.slice(a, a + b))
    else if (kind === FIX_TIMESTAMP) assign(container, property, new Timestamp(a, b))
    else assign(container, property, httpMessageOf(Reflect.get(container, property) as HttpMessageData))
  }
}

/** Sets a property, also one named `__proto__`. */
function assign(container: object, property: string | number, value: unknown): void {
  if (property !== '__proto__') (container as Record<string | number, unknown>)[property] = value
  else Object.defineProperty(container, property, { value, enumerable: true, writable: true, configurable: true })
}
