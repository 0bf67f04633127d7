import { FlowTracker, fiveTuple } from 'flowscope'
import { runCases } from './cases.mjs'

/**
 * Runs the suite: when the first tracker was there, in milliseconds since the process, page or worker began, and the
 * lines of each case by its name.
 */
export async function answersOf(captures) {
  const tracker = await FlowTracker.create(fiveTuple())
  const startUp = performance.now()
  tracker.dispose()
  const answers = {}
  for await (const { name, lines } of runCases(captures)) answers[name] = lines
  return { startUp, answers }
}
