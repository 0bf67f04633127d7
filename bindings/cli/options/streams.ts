// The options that say how the bytes of TCP connections are put in order, and what is told of what is odd.

import { Option } from 'commander'
import {
  OVERFLOW_POLICIES,
  OVERLAP_POLICIES,
  type OverflowPolicy,
  type OverlapPolicy,
  type StreamOptions,
} from '../../index'
import type { OptionGroup } from '../command'
import { integer } from './parse'

const MEBIBYTE = 1 << 20
const MOST_BUFFER = 2 ** 31

export interface ReassemblyOptions {
  readonly overlap: OverlapPolicy
  readonly maxBuffer: number
  readonly overflow: OverflowPolicy
}

export interface AnomalyOptions {
  readonly anomalies?: true
}

export const reassemblyOptions: OptionGroup = {
  heading: 'How TCP streams are put in order:',
  options: () => [
    new Option('--overlap <POLICY>', 'which copy of a byte counts where segments disagree')
      .choices(OVERLAP_POLICIES)
      .default('first'),
    new Option('--max-buffer <BYTES>', 'what one side of a connection may hold back behind missing bytes')
      .argParser(integer(1, MOST_BUFFER))
      .default(MEBIBYTE, '1 MiB'),
    new Option('--overflow <POLICY>', 'what is given up when it holds more: the oldest hole, or the side')
      .choices(OVERFLOW_POLICIES)
      .default('sliding-window'),
  ],
}

export const anomalyOptions: OptionGroup = {
  heading: 'What is told besides:',
  options: () => [
    new Option('--anomalies', 'what is odd, when it is noticed: gaps, conflicting overlaps, ignored RSTs'),
  ],
}

export function streamOptionsOf({ overlap, maxBuffer, overflow }: ReassemblyOptions): StreamOptions {
  return { overlap, maxBuffer, overflow }
}
