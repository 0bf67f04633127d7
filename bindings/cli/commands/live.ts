import { Option } from 'commander'
import { defineCommand, type OptionGroup } from '../command'
import { liveFeed } from '../feeds/live'
import { parsersOf } from '../messages'
import { checkPorts, type MessageOptions, messageOptions } from '../options/messages'
import { type OutputOptions, outputOptions } from '../options/output'
import { type AnomalyOptions, anomalyOptions, type ReassemblyOptions, reassemblyOptions } from '../options/streams'
import { type TrackingOptions, trackingOptions } from '../options/tracking'
import { print } from '../print'

interface LiveOptions {
  readonly interface: string
  readonly filter?: string
  readonly print: 'flows' | 'messages'
}

const liveOptions: OptionGroup = {
  heading: 'What is captured:',
  options: () => [
    new Option('-i, --interface <NAME>', 'the network interface, such as eth0 or any').makeOptionMandatory(),
    new Option('--filter <EXPRESSION>', "which packets, in libpcap's language, such as 'tcp port 80'"),
    new Option('--print <WHAT>', 'what is printed').choices(['flows', 'messages']).default('flows'),
  ],
}

export const live = defineCommand<
  LiveOptions & OutputOptions & MessageOptions & TrackingOptions & ReassemblyOptions & AnomalyOptions
>({
  name: 'live',
  operand: '',
  summary: 'flows or messages of what a network interface sees, until Ctrl-C',
  description:
    'Captures packets by tcpdump, or else by dumpcap, which must be installed and allowed to. Prints flows when they ' +
    'end, or messages when they are complete, and at Ctrl-C the flows that are left and the summary.',
  examples: [
    { call: 'flowscope live -i eth0', does: 'flows of an interface' },
    { call: "flowscope live -i any --filter 'port 53' --print messages", does: 'DNS of all interfaces' },
    { call: 'flowscope live -i lo --format ndjson --idle-udp 5', does: 'for programs; UDP flows end after 5 s' },
  ],
  options: [liveOptions, outputOptions, messageOptions, anomalyOptions, ...trackingOptions, reassemblyOptions],
  run(_captures, options, host) {
    checkPorts(options)
    const parsers = options.print === 'messages' ? parsersOf(options.protocols, options.port) : undefined
    const feeds = [liveFeed(options.interface, options.filter)]
    return print({ feeds, options, host, shows: options.print, ...(parsers && { parsers }) })
  },
})
