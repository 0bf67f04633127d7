import { Option } from 'commander'
import { defineCommand, type OptionGroup } from '../command'
import { feedsOf } from '../feeds/captures'
import { type FollowOptions, followOptions } from '../options/follow'
import { type OutputOptions, outputOptions } from '../options/output'
import { type AnomalyOptions, anomalyOptions, type ReassemblyOptions, reassemblyOptions } from '../options/streams'
import { type TrackingOptions, trackingOptions } from '../options/tracking'
import { print } from '../print'

interface WriteOptions {
  readonly write?: string
}

const writeOptions: OptionGroup = {
  heading: 'Files:',
  options: () => [
    new Option('--write <DIR>', 'write the bytes of each stream to a file of its own in this folder, too'),
  ],
}

export const streams = defineCommand<
  OutputOptions & FollowOptions & TrackingOptions & ReassemblyOptions & AnomalyOptions & WriteOptions
>({
  name: 'streams',
  summary: 'one row or line a TCP direction that carried payload: length, gaps, SHA-256',
  description:
    'Puts the bytes of TCP connections in order, and prints each direction that carried payload when its flow ends: ' +
    'how many bytes, where bytes are missing, and the SHA-256 of those that are there. Missing bytes are left out.',
  examples: [
    { call: 'flowscope streams trace.pcap', does: 'streams as rows' },
    {
      call: 'flowscope streams --write out trace.pcap',
      does: 'and their bytes as files: out/flow-000001-initiator.bin',
    },
    { call: 'flowscope streams --overlap linux trace.pcap', does: 'as Linux resolves segments that disagree' },
    { call: 'flowscope streams --anomalies trace.pcap', does: 'and what is odd about them' },
  ],
  options: [outputOptions, writeOptions, followOptions, reassemblyOptions, anomalyOptions, ...trackingOptions],
  run: async (captures, options, host) =>
    print({ feeds: feedsOf(captures, host, options), options, host, shows: 'streams', write: options.write }),
})
