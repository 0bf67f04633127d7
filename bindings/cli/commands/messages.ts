import { defineCommand } from '../command'
import { feedsOf } from '../feeds/captures'
import { parsersOf } from '../messages'
import { type FollowOptions, followOptions } from '../options/follow'
import { checkPorts, type MessageOptions, messageOptions } from '../options/messages'
import { type OutputOptions, outputOptions } from '../options/output'
import { type AnomalyOptions, anomalyOptions, type ReassemblyOptions, reassemblyOptions } from '../options/streams'
import { type TrackingOptions, trackingOptions } from '../options/tracking'
import { print } from '../print'

export const messages = defineCommand<
  OutputOptions & MessageOptions & FollowOptions & TrackingOptions & ReassemblyOptions & AnomalyOptions
>({
  name: 'messages',
  summary: 'one row or line a message of HTTP, TLS or DNS',
  description:
    'Prints the messages of HTTP, TLS (as far as it is in the clear) and DNS in the order of the capture, and then the ' +
    'summary. They are found on the usual ports, and on any other where a flow begins like one of them.',
  examples: [
    { call: 'flowscope messages trace.pcap', does: 'messages as rows' },
    { call: 'flowscope messages --protocols dns --format ndjson trace.pcap', does: 'those of DNS as JSON' },
    { call: 'flowscope messages --port http=8081 --port dns=5300 trace.pcap', does: 'on ports of your own, too' },
    { call: 'flowscope messages --anomalies trace.pcap', does: 'and what is odd about them' },
  ],
  options: [outputOptions, messageOptions, followOptions, anomalyOptions, reassemblyOptions, ...trackingOptions],
  async run(captures, options, host) {
    checkPorts(options)
    const parsers = parsersOf(options.protocols, options.port)
    return print({ feeds: feedsOf(captures, host, options), options, host, shows: 'messages', parsers })
  },
})
