import type { NameFault, NameReader } from './names'

/**
 * Reads the data of one record. Reading over the end gives zeros and sets `failed`; so does a name that is faulty.
 * Nothing throws, so that a format can be read to its end, and looked at for failure once.
 */
export class RdataReader {
  /** Where the next field begins. */
  at = 0
  /** Where the data ends. */
  end = 0
  /** The data is not as its type's format wants it. */
  failed = false
  /** The fault of a name, where that is why it failed. */
  nameFault: NameFault | undefined
  /** Where in the message it failed. */
  failedAt = 0

  constructor(
    /** The whole message: names point out of their record. */
    readonly bytes: Uint8Array,
    readonly names: NameReader,
  ) {}

  /** Begins with the data of another record. */
  open(start: number, end: number): void {
    this.at = start
    this.end = end
    this.failed = false
    this.nameFault = undefined
  }

  /** Bytes that are left. */
  get left(): number {
    return this.end - this.at
  }

  /** Says that the data is not what its type's format wants. The first failure counts. */
  fail(): void {
    if (!this.failed) this.failedAt = this.at
    this.failed = true
    this.at = this.end
  }

  /** Passes `length` bytes, and answers where they begin; -1, having failed, where there are fewer. */
  take(length: number): number {
    const start = this.at
    if (length > this.end - start) {
      this.fail()
      return -1
    }
    this.at = start + length
    return start
  }

  u8(): number {
    const at = this.take(1)
    return at < 0 ? 0 : (this.bytes[at] as number)
  }

  u16(): number {
    const at = this.take(2)
    return at < 0 ? 0 : uint16(this.bytes, at)
  }

  u32(): number {
    const at = this.take(4)
    return at < 0 ? 0 : uint32(this.bytes, at)
  }

  /** 48 bits, RFC 8945 section 4.2. */
  u48(): number {
    const at = this.take(6)
    return at < 0 ? 0 : uint16(this.bytes, at) * 2 ** 32 + uint32(this.bytes, at + 2)
  }

  /** A name, whether or not its type is among those that may be compressed (RFC 3597 section 4). */
  name(): string {
    if (this.failed) return ''
    if (!this.names.read(this.at, this.end)) {
      this.nameFault = this.names.fault
      this.fail()
      this.failedAt = this.names.faultOffset
      return ''
    }
    this.at = this.names.next
    return this.names.text
  }
}

/** Two bytes in network order, which the caller knows to be there. */
export function uint16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 8) | (bytes[at + 1] as number)
}

/** Four bytes in network order, unsigned, which the caller knows to be there. */
export function uint32(bytes: Uint8Array, at: number): number {
  return ((uint16(bytes, at) << 16) | uint16(bytes, at + 2)) >>> 0
}
