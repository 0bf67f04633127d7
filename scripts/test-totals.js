// Prints `N passed, N failed` from the reports of as-pect and vitest and exits with 1 if anything failed.
// The argument is the status of the commands that ran: they may have failed where no test did.

import { readFileSync } from 'node:fs'

const commandsFailed = process.argv[2] !== '0'

const asPect = report('as-pect')
const vitest = report('vitest')

const passed = (asPect?.passed ?? 0) + (vitest?.numPassedTests ?? 0)
// A runner that crashed has left no report, or one in which nothing failed.
const counted =
  (asPect?.failed ?? 1) + (vitest ? Math.max(vitest.numFailedTests, vitest.numFailedTestSuites > 0 ? 1 : 0) : 1)
const failed = counted === 0 && commandsFailed ? 1 : counted

console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1

function report(runner) {
  try {
    return JSON.parse(readFileSync(`test-results/${runner}.json`, 'utf8'))
  } catch {
    return undefined
  }
}
