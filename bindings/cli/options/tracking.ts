// The options that say what a flow is and when it ends; every command that tracks flows takes them.

import { Option } from 'commander'
import type { OptionGroup } from '../command'
import { DECAPSULATIONS, type Decap, decap, integer, seconds as parseSeconds } from './parse'

export const EXTRACTORS = ['five-tuple', 'ip-pair', 'mac-pair'] as const
export const HISTORIES = ['zeek', 'crate'] as const

/** The most that the library allows, see `FlowTrackerConfig.maxFlows`. */
const MOST_FLOWS = 16_000_000

export interface TrackingOptions {
  readonly extractor: (typeof EXTRACTORS)[number]
  readonly decap: Decap
  readonly vlanKey?: true
  readonly tunnelKey?: true
  readonly maxFlows: number
  readonly idleTcp: number
  readonly idleUdp: number
  readonly idleOther: number
  readonly monotonic?: true
  readonly dedup?: true
  readonly acceptAnyRst?: true
  readonly history: (typeof HISTORIES)[number]
}

export const trackingOptions: readonly OptionGroup[] = [
  {
    heading: 'What makes a flow:',
    options: () => [
      new Option('--extractor <KEY>', 'what packets of one flow have in common')
        .choices(EXTRACTORS)
        .default('five-tuple'),
      new Option(
        '--decap <LAYERS>',
        `tunnels and tags to look into: auto for all, none, or some of ${DECAPSULATIONS.join(',')}`,
      )
        .argParser(decap)
        .default('auto'),
      new Option('--vlan-key', 'tell flows apart by their VLAN ids, too'),
      new Option('--tunnel-key', 'tell flows apart by the id of their tunnel, too: VNI, TEID or GRE key'),
    ],
  },
  {
    heading: 'When a flow ends:',
    options: () => [
      idle('--idle-tcp', 'a TCP flow ends when it was idle for so long', 300),
      idle('--idle-udp', 'the same for UDP', 60),
      idle('--idle-other', 'the same for all other protocols', 30),
      new Option('--max-flows <NUMBER>', 'flows held at once; one more ends the one that was idle longest')
        .argParser(integer(1, MOST_FLOWS))
        .default(100_000),
      new Option('--accept-any-rst', 'let a TCP reset end its flow even if its sequence number is out of the window'),
    ],
  },
  {
    heading: 'How packets are read:',
    options: () => [
      new Option(
        '--dedup',
        'leave out copies of a frame that come within a millisecond, as loopback captures have them',
      ),
      new Option('--monotonic', 'take a time stamp that is earlier than one before it for that one'),
      new Option('--history <STYLE>', "letters of the TCP history: Zeek's, or the Rust crate's S F R D")
        .choices(HISTORIES)
        .default('zeek'),
    ],
  },
]

/** An option that is an idle time; the seconds are of the capture's time. */
function idle(name: string, description: string, seconds: number): Option {
  return new Option(`${name} <SECONDS>`, description).argParser(parseSeconds).default(seconds, `${seconds} s`)
}
