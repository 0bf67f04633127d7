import { LABEL_TEXT } from './text'

/** What is wrong with a name. */
export type NameFault = 'truncated_name' | 'label_type' | 'compression_pointer' | 'name_too_long'

/** Bytes of a name on the wire, the length bytes and the root's among them, RFC 1035 section 2.3.4. */
const MAX_NAME = 255

/** A name has at most this many labels, so none needs to be pointed to more often. */
const MAX_POINTERS = 127

/** What a pointer may point at lies behind the header. */
const HEADER = 12

/** Names that pointers led to and that are kept for the pointers to come. */
const KEPT = 8

/**
 * Reads the names of one message, RFC 1035 section 4.1.4. A pointer must point to before the labels it stands behind,
 * which the RFC calls a prior occurrence: so each step goes back, and no input can make it go round.
 *
 * What can be read of a faulty name is its text: the labels before the fault.
 */
export class NameReader {
  /** Labels of the last name with dots between them, `.` for the root. `''` where not one could be read. */
  text = ''
  /** Where what follows the last name begins; -1 where its fault does not let that be known. */
  next = 0
  /** What is wrong with the last name. */
  fault: NameFault | undefined
  /** Where in the message the fault is. */
  faultOffset = 0

  readonly #bytes: Uint8Array
  readonly #targets: number[] = []
  readonly #texts: string[] = []
  readonly #lengths: number[] = []
  #kept = 0

  /** @param bytes the message, from its header on */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  /**
   * Reads the name at `start`.
   *
   * @param end where the name's own bytes must end: those that a pointer leads to may lie anywhere before
   * @returns whether it is sound; if not, `text` is what could be read
   */
  read(start: number, end: number): boolean {
    const bytes = this.#bytes
    let text = ''
    let length = 1
    let at = start
    let limit = end
    let run = start
    let pointers = 0
    let target = -1
    let textBefore = 0
    let lengthBefore = 0
    this.next = -1
    this.fault = undefined
    for (;;) {
      if (at >= limit) return this.#fail('truncated_name', at, text)
      const first = bytes[at] as number
      if (first === 0) {
        if (pointers === 0) this.next = at + 1
        break
      }
      if (first >= 0xc0) {
        if (limit - at < 2) return this.#fail('truncated_name', at, text)
        const to = ((first & 0x3f) << 8) | (bytes[at + 1] as number)
        if (pointers++ === 0) {
          this.next = at + 2
          target = to
          textBefore = text.length
          lengthBefore = length
        }
        if (to < HEADER || to >= run || pointers > MAX_POINTERS) return this.#fail('compression_pointer', at, text)
        const kept = this.#targets.indexOf(to)
        if (kept >= 0) {
          const rest = this.#texts[kept] as string
          length += this.#lengths[kept] as number
          if (length > MAX_NAME) return this.#fail('name_too_long', at, text)
          if (rest !== '') text += text === '' ? rest : `.${rest}`
          break
        }
        run = to
        at = to
        limit = bytes.length
        continue
      }
      if (first >= 0x40) return this.#fail('label_type', at, text)
      if (limit - at <= first) return this.#fail('truncated_name', at, text)
      length += first + 1
      if (length > MAX_NAME) {
        if (pointers === 0) this.next = this.#endOf(at, end)
        return this.#fail('name_too_long', at, text)
      }
      if (text !== '') text += '.'
      const after = at + 1 + first
      for (at++; at < after; at++) text += LABEL_TEXT[bytes[at] as number]
    }
    if (target >= 0) this.#keep(target, text.slice(textBefore > 0 ? textBefore + 1 : 0), length - lengthBefore)
    this.text = text === '' ? '.' : text
    return true
  }

  /** The end of a name that is too long, -1 where it has none. */
  #endOf(start: number, end: number): number {
    let at = start
    while (at < end) {
      const first = this.#bytes[at] as number
      if (first === 0) return at + 1
      if (first >= 0xc0) return end - at < 2 ? -1 : at + 2
      if (first >= 0x40) return -1
      at += first + 1
    }
    return -1
  }

  #fail(fault: NameFault, offset: number, text: string): false {
    this.fault = fault
    this.faultOffset = offset
    this.text = text
    return false
  }

  #keep(target: number, text: string, length: number): void {
    if (this.#targets.includes(target)) return
    const slot = this.#kept++ % KEPT
    this.#targets[slot] = target
    this.#texts[slot] = text
    this.#lengths[slot] = length
  }
}
