import { secondsToNanoseconds } from '../common/duration'
import { checkBoolean, checkInteger, checkOptions } from '../common/options'
import type { CoreDedupConfig } from '../core/core'

const MOST_FRAMES = 2 ** 20

/** When a frame counts as a copy of one before. */
export interface DedupOptions {
  /**
   * Longest time between a frame and its copy, in seconds; an earlier time stamp counts as the same. Default 0.001:
   * what a capture of a loopback interface needs.
   */
  readonly windowSeconds?: number
  /** Frames that are remembered, 1 to 2^20. Default 256. */
  readonly capacity?: number
}

/** What is not given. */
const DEFAULT_DEDUP: Required<DedupOptions> = Object.freeze({ windowSeconds: 0.001, capacity: 256 })

/**
 * Checks the option and completes it; undefined where copies are not looked for.
 *
 * @throws ConfigError when it has a value that cannot be used
 */
export function resolveDedup(option: boolean | DedupOptions): CoreDedupConfig | undefined {
  if (typeof option !== 'object' || option === null) {
    if (!checkBoolean(option, 'dedup')) return undefined
    return encode(DEFAULT_DEDUP)
  }
  checkOptions(option, Object.keys(DEFAULT_DEDUP), 'dedup')
  return encode({ ...DEFAULT_DEDUP, ...option })
}

function encode({ windowSeconds, capacity }: Required<DedupOptions>): CoreDedupConfig {
  return {
    window: secondsToNanoseconds(windowSeconds, 'dedup.windowSeconds'),
    capacity: checkInteger(capacity, 1, MOST_FRAMES, 'dedup.capacity'),
  }
}
