import { inspectSymbol } from '../../common/inspect'
import { decodeText, equalsIgnoringCase } from './ascii'

/** Octets of a section of lines, read as text when somebody asks for it. */
export class SectionText {
  #text: string | undefined

  constructor(readonly bytes: Uint8Array) {}

  /** Text of the octets from `from` to `to`. */
  slice(from: number, to: number): string {
    if (to <= from) return ''
    this.#text ??= decodeText(this.bytes)
    return this.#text.slice(from, to)
  }

  /** The same for a short piece of what perhaps nobody asks for otherwise. */
  piece(from: number, to: number): string {
    return this.#text?.slice(from, to) ?? decodeText(this.bytes.subarray(from, to))
  }
}

/** Numbers a field takes in the index: where its name begins and ends, and its value. */
export const INDEX_STRIDE = 4

/** Fields as plain data. */
export interface FieldData {
  readonly bytes: Uint8Array
  readonly index: readonly number[]
}

/**
 * The header or trailer fields of a message, in the order and with the spelling of the wire. Names are compared
 * without regard to case (RFC 9110, 5.1). No name is a property of anything, so `__proto__` is one like any other.
 */
export class HttpHeaders implements Iterable<readonly [name: string, value: string]> {
  readonly #section: SectionText
  readonly #index: readonly number[]

  /** @internal */
  constructor(section: SectionText, index: readonly number[]) {
    this.#section = section
    this.#index = index
  }

  /**
   * As plain data, which another thread can be sent.
   *
   * @internal
   */
  toData(): FieldData {
    return { bytes: this.#section.bytes, index: this.#index }
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
    return this.#section.slice(this.#at(field, 0), this.#at(field, 1))
  }

  #value(field: number): string {
    return this.#section.slice(this.#at(field, 2), this.#at(field, 3))
  }

  #isNamed(field: number, lower: string): boolean {
    return equalsIgnoringCase(this.#section.bytes, this.#at(field, 0), this.#at(field, 1), lower)
  }

  #at(field: number, which: number): number {
    return this.#index[field * INDEX_STRIDE + which] as number
  }
}

/** No fields at all. */
export const NO_HEADERS = new HttpHeaders(new SectionText(new Uint8Array(0)), [])
