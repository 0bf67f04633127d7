/** What repetitions of one measurement came to. The least is what the machine can do, undisturbed. */
export interface Timing {
  readonly least: number
  readonly median: number
}

export function timingOf(values: readonly number[]): Timing {
  const sorted = [...values].sort((a, b) => a - b)
  const least = sorted[0]
  const median = sorted[sorted.length >> 1]
  if (least === undefined || median === undefined) throw new RangeError('nothing was measured')
  return { least, median }
}

/** Measures so many times what `measure` answers with. */
export async function repeat(times: number, measure: () => number | Promise<number>): Promise<Timing> {
  const values: number[] = []
  for (let i = 0; i < times; i++) values.push(await measure())
  return timingOf(values)
}

/** Nanoseconds that some work takes. */
export function stopwatch(work: () => void): number {
  const start = performance.now()
  work()
  return (performance.now() - start) * 1e6
}

export async function asyncStopwatch(work: () => Promise<void>): Promise<number> {
  const start = performance.now()
  await work()
  return (performance.now() - start) * 1e6
}
