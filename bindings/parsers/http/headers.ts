import { inspectSymbol } from '../../common/inspect'
import { lowerCase } from './ascii'

/** Numbers a field takes in the index: where its name begins and ends, and its value. */
export const INDEX_STRIDE = 4

/**
 * Where the fields of a section lie in its text, as numbers or as UTF-16 units: many heads wait for their answer at once,
 * and of each number an array takes eight bytes, a text at most two.
 */
export type FieldIndex = readonly number[] | string

/** Numbers that a call of a function takes in every engine. */
const MOST_UNITS = 4096
const LARGEST_UNIT = 0xffff

/** Fields as plain data. */
export interface FieldData {
  readonly text: string
  readonly index: FieldIndex
}

/** @param length of the text that the offsets are in */
export function packIndex(offsets: readonly number[], length: number): FieldIndex {
  if (offsets.length > MOST_UNITS || length > LARGEST_UNIT) return offsets
  return String.fromCharCode.apply(null, offsets as number[])
}

/**
 * The header or trailer fields of a message, in the order and with the spelling of the wire. Names are compared
 * without regard to case (RFC 9110, 5.1). No name is a property of anything, so `__proto__` is one like any other.
 */
export class HttpHeaders implements Iterable<readonly [name: string, value: string]> {
  readonly #text: string
  readonly #index: FieldIndex

  /**
   * @param text of the section of lines
   * @internal
   */
  constructor(text: string, index: FieldIndex) {
    this.#text = text
    this.#index = index
  }

  /**
   * As plain data, which another thread can be sent.
   *
   * @internal
   */
  toData(): FieldData {
    return { text: this.#text, index: this.#index }
  }

  /** How many fields there are. */
  get size(): number {
    return this.#index.length / INDEX_STRIDE
  }

  /** Value of a field; where it stands several times, all its values joined with `, ` (RFC 9110, 5.3). */
  get(name: string): string | undefined {
    const values = this.getAll(name)
    return values.length === 0 ? undefined : values.join(', ')
  }

  /** All values of a field, one a line. */
  getAll(name: string): string[] {
    const lower = name.toLowerCase()
    const values: string[] = []
    for (let i = 0; i < this.size; i++) if (this.#isNamed(i, lower)) values.push(this.#value(i))
    return values
  }

  /** Whether there is such a field. */
  has(name: string): boolean {
    const lower = name.toLowerCase()
    for (let i = 0; i < this.size; i++) if (this.#isNamed(i, lower)) return true
    return false
  }

  /** Names and values, in order. */
  *[Symbol.iterator](): Generator<[name: string, value: string], void, undefined> {
    yield* this.toJSON()
  }

  /** What `JSON.stringify` writes: `[[name, value], ...]`. */
  toJSON(): [name: string, value: string][] {
    return Array.from({ length: this.size }, (_, i) => [this.#name(i), this.#value(i)])
  }

  /** @internal */
  [inspectSymbol](): [name: string, value: string][] {
    return this.toJSON()
  }

  #name(field: number): string {
    return this.#text.slice(this.#at(field, 0), this.#at(field, 1))
  }

  #value(field: number): string {
    return this.#text.slice(this.#at(field, 2), this.#at(field, 3))
  }

  #isNamed(field: number, lower: string): boolean {
    const start = this.#at(field, 0)
    if (this.#at(field, 1) - start !== lower.length) return false
    for (let i = 0; i < lower.length; i++) {
      if (lowerCase(this.#text.charCodeAt(start + i)) !== lower.charCodeAt(i)) return false
    }
    return true
  }

  #at(field: number, which: number): number {
    const at = field * INDEX_STRIDE + which
    return typeof this.#index === 'string' ? this.#index.charCodeAt(at) : (this.#index[at] as number)
  }
}

/** No fields at all. */
export const NO_HEADERS = new HttpHeaders('', '')
