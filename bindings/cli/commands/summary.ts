import { defineCommand } from '../command'
import { feedsOf } from '../feeds/captures'
import { parsersOf } from '../messages'
import { type OutputOptions, outputOptions } from '../options/output'
import { type AnomalyOptions, anomalyOptions, type ReassemblyOptions, reassemblyOptions } from '../options/streams'
import { type TrackingOptions, trackingOptions } from '../options/tracking'
import { print } from '../print'

export const summary = defineCommand<OutputOptions & TrackingOptions & ReassemblyOptions & AnomalyOptions>({
  name: 'summary',
  summary: 'one screen: totals, protocols, ends of flows, top talkers, names (the default)',
  description:
    'Prints one screen about captures: packets, bytes, duration and rate, flows by protocol, how they ended, ' +
    'the pairs of hosts that exchanged the most, and the names that HTTP, TLS and DNS asked for.',
  examples: [
    { call: 'flowscope trace.pcap', does: 'about one capture' },
    { call: 'flowscope summary day1.pcap day2.pcap', does: 'about two, as one' },
    { call: 'flowscope trace.pcap.gz', does: 'about a compressed one' },
    { call: 'tcpdump -c 1000 -w - | flowscope -', does: 'about what comes through a pipe' },
    { call: 'flowscope summary --format ndjson trace.pcap', does: 'its figures as one JSON object' },
  ],
  options: [outputOptions, anomalyOptions, ...trackingOptions, reassemblyOptions],
  run: async (captures, options, host) =>
    print({ feeds: feedsOf(captures, host), options, host, shows: 'summary', parsers: parsersOf() }),
})
