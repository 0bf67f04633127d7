// The flows of live traffic, each as it ends.
//
//   tcpdump -U -w - | node examples/live-pipe.mjs
//
// -U makes tcpdump write each packet at once. Ctrl-C ends tcpdump, and with it the pipe: the flows that still live are
// printed then. A file will do as well: node examples/live-pipe.mjs [CAPTURE], with - or nothing for standard input.

import { CaptureError, flows, formatEndpoint, stdinSource } from 'flowscope'

const capture = process.argv[2] ?? '-'

// Ctrl-C goes to all programs of a pipe. This one goes on until tcpdump has written its last packet.
process.on('SIGINT', () => {})

try {
  for await (const flow of flows(capture === '-' ? stdinSource() : capture)) {
    const { packets, bytes, lastSeen } = flow.stats
    const ends = `${formatEndpoint(flow.initiator)} -> ${formatEndpoint(flow.responder)}`
    console.log(`${lastSeen.toISOString()} ${flow.protocol} ${ends} ${packets} packets ${bytes} bytes ${flow.reason}`)
  }
} catch (error) {
  // tcpdump may be stopped in the middle of a packet; all flows have been printed nevertheless.
  if (!(error instanceof CaptureError && error.code === 'truncated')) throw error
}
