import { FlowTracker, fiveTuple } from 'flowscope'
import { runCases } from './cases.mjs'

/**
 * Runs the suite, and further cases with it: when the first tracker was there, in milliseconds since the process, page or worker began, and the
 * lines of each case by its name.
 */
export async function answersOf(captures, runMore = async function* () {}) {
  const tracker = await FlowTracker.create(fiveTuple())
  const startUp = performance.now()
  tracker.dispose()
  const answers = {}
  for await (const { name, lines } of runCases(captures)) answers[name] = lines
  for await (const { name, lines } of runMore(captures)) answers[name] = lines
  return { startUp, answers }
}
