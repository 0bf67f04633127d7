import { platform } from '#platform'
import { SourceError } from '../common/errors'
import type { CaptureSource } from './capture-source'
import { streamSource } from './stream-source'

/**
 * The capture that is piped into this process: `tcpdump -w - | node script.js`. For Node, Deno and Bun.
 *
 * @throws SourceError where there is no standard input
 */
export function stdinSource(): CaptureSource {
  if (!platform.standardInput) throw new SourceError('there is no standard input in this runtime')
  return streamSource(platform.standardInput())
}
