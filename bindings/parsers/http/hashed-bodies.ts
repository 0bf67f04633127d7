import { sha256 } from '@noble/hashes/sha2.js'
import type { HttpBodies, HttpBody, HttpBodyReader } from './bodies'

/** A hash that is fed in parts: those of `@noble/hashes` and of `node:crypto` are of this form. */
export interface IncrementalHash {
  /** Takes the next bytes of the body. */
  update(bytes: Uint8Array): unknown
  /** The hash of all bytes taken. Called once. */
  digest(): Uint8Array
}

/**
 * Hashes bodies instead of keeping them: `message.body.hash`.
 *
 * @param create makes the hash of one body, such as `() => createHash('sha256')` of `node:crypto`, which is faster than
 *   the SHA-256 in JavaScript that is the default
 */
export function hashedBodies(create: () => IncrementalHash = () => sha256.create()): HttpBodies {
  return () => new HashedBody(create())
}

class HashedBody implements HttpBodyReader {
  readonly #hash: IncrementalHash

  constructor(hash: IncrementalHash) {
    this.#hash = hash
  }

  data(bytes: Uint8Array): void {
    this.#hash.update(bytes)
  }

  end(): HttpBody {
    return { hash: Array.from(this.#hash.digest(), (octet) => octet.toString(16).padStart(2, '0')).join('') }
  }
}
