import { Timestamp, type TrackerStats } from '../../index'

/** Milliseconds between two looks for flows that have become idle. */
const INTERVAL = 1000

const NANOSECONDS = 1_000_000

interface Sweepable {
  readonly stats: TrackerStats
  sweep(now: Timestamp): unknown
}

/**
 * Lets capture time go on with the clock of this machine while no packet comes, so that idle flows end. It starts from
 * the last packet: the clock of whoever captured may be another.
 *
 * @returns what stops it
 */
export function startIdleClock(tracker: Sweepable): () => void {
  let packets = -1
  let since = 0
  const timer = setInterval(() => {
    const { stats } = tracker
    const now = performance.now()
    if (stats.packets !== packets) {
      packets = stats.packets
      since = now
    } else if (stats.last) {
      const elapsed = BigInt(Math.round((now - since) * NANOSECONDS))
      tracker.sweep(Timestamp.fromNanoseconds(stats.last.toNanoseconds() + elapsed))
    }
  }, INTERVAL)
  timer.unref()
  return () => clearInterval(timer)
}
