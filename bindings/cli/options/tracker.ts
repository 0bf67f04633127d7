// From the options of the command line to those of the library.

import {
  autoDetectEncap,
  type EncapVariants,
  type Extractor,
  type FlowTrackerOptions,
  fiveTuple,
  ipPair,
  macPair,
} from '../../index'
import { UsageError } from '../command'
import type { CliKey } from '../flow'
import { DECAPSULATIONS } from './parse'
import type { TrackingOptions } from './tracking'

const MAKERS = { 'five-tuple': fiveTuple, 'ip-pair': ipPair, 'mac-pair': macPair } as const

/** @throws UsageError when options contradict each other */
export function extractorOf(options: TrackingOptions): Extractor<CliKey> {
  const { extractor, decap, vlanKey = false, tunnelKey = false } = options
  if (tunnelKey && decap === 'none') throw new UsageError('--tunnel-key cannot be used with --decap none')
  const make: (tags: { vlanKey: boolean; tunnelKey: boolean }) => Extractor<CliKey> = MAKERS[extractor]
  const inner = make({ vlanKey, tunnelKey })
  if (decap === 'none') return inner
  if (decap === 'auto') return autoDetectEncap(inner)
  const variants = Object.fromEntries(DECAPSULATIONS.map((name) => [name, decap.includes(name)]))
  return autoDetectEncap(inner, { variants: variants as EncapVariants })
}

export function trackerConfigOf(options: TrackingOptions): FlowTrackerOptions<CliKey, undefined> {
  return {
    maxFlows: options.maxFlows,
    idleTimeoutSeconds: { tcp: options.idleTcp, udp: options.idleUdp, other: options.idleOther },
    monotonicTimestamps: options.monotonic ?? false,
    acceptAnyRst: options.acceptAnyRst ?? false,
    history: options.history,
    dedup: options.dedup ?? false,
  }
}
