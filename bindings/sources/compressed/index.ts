/**
 * Decompression of captures. It is loaded by itself where it is needed, but for `readSync` and `eventsSync`, which are
 * given it: `{ decompress: [gunzip, unzstd] }`.
 *
 * @module
 */

export type { CompressedInput, Decompression, Decompressor } from './decompression'
export { gunzip } from './gunzip'
export { unzstd, unzstdWithin } from './unzstd'
