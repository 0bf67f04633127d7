import type { CaptureSource } from './capture-source'
import { streamSource } from './stream-source'

/** The capture that is piped into this process: `tcpdump -w - | node script.js`. For Node and what is like it. */
export function stdinSource(): CaptureSource {
  return streamSource(process.stdin)
}
