import { ConfigError } from '../common/errors'
import type { ExtractorNode } from '../extract/extractor'
import type { CaptureInput } from '../sources/capture-input'
import type { SentInput, SentOptions } from './protocol'

/** What can be sent to a worker, and what cannot. */

/** What is sent to the worker, where it can read for itself. */
export function sendable(input: CaptureInput): SentInput | undefined {
  if (typeof input === 'string') return { kind: 'location', location: input, isUrl: false }
  if (input instanceof URL) return { kind: 'location', location: input.href, isUrl: true }
  return isBlob(input) ? { kind: 'blob', blob: input } : undefined
}

/** By what it can do, since other realms and polyfills have classes of their own. */
function isBlob(input: CaptureInput): input is Blob {
  return typeof input === 'object' && input !== null && 'arrayBuffer' in input && 'slice' in input
}

/** @throws ConfigError when an option is a function, or has one */
export function checkSendable({ extractor, ...options }: SentOptions): void {
  for (const [name, value] of Object.entries(options)) {
    if (typeof value === 'function') throw new ConfigError(name, 'cannot be sent to a worker: give it to serve() there')
  }
  for (let node: ExtractorNode | undefined = extractor; node; node = 'inner' in node ? node.inner : undefined) {
    if (node.kind === 'custom')
      throw new ConfigError('extractor', 'cannot be sent to a worker: give it to serve() there')
  }
}
