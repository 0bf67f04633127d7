import { defineCommand } from '../command'
import { feedsOf } from '../feeds/captures'
import { type FollowOptions, followOptions } from '../options/follow'
import { type OutputOptions, outputOptions } from '../options/output'
import { type AnomalyOptions, anomalyOptions, type ReassemblyOptions, reassemblyOptions } from '../options/streams'
import { type TrackingOptions, trackingOptions } from '../options/tracking'
import { print } from '../print'

export const flows = defineCommand<
  OutputOptions & FollowOptions & TrackingOptions & ReassemblyOptions & AnomalyOptions
>({
  name: 'flows',
  summary: 'one row or line a flow, when the flow ends, and then the summary',
  description:
    'Prints each flow when it ends, and then the summary. A flow ends when TCP closes or resets it, when it is idle ' +
    'for too long in the time of the capture, or when the capture ends.',
  examples: [
    { call: 'flowscope flows trace.pcap', does: 'flows as rows' },
    { call: 'flowscope flows --format ndjson trace.pcap', does: 'flows as JSON, one a line' },
    { call: 'flowscope flows --vlan-key --idle-tcp 60 trace.pcap', does: 'told apart by VLAN, ended after a minute' },
    { call: 'flowscope flows --follow trace.pcap', does: 'of a file that is being written, until Ctrl-C' },
    { call: 'tcpdump -U -w - | flowscope flows -', does: 'flows of live traffic, until Ctrl-C' },
  ],
  options: [outputOptions, followOptions, anomalyOptions, ...trackingOptions, reassemblyOptions],
  run: async (captures, options, host) =>
    print({ feeds: feedsOf(captures, host, options), options, host, shows: 'flows' }),
})
