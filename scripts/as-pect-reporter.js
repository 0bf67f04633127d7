// as-pect's summary, and the counts of the run in test-results/as-pect.json for .ci/run.

import { mkdirSync, writeFileSync } from 'node:fs'
import { SummaryReporter } from '@as-pect/core'

const counts = { passed: 0, failed: 0 }

class CountingReporter extends SummaryReporter {
  onFinish(suite) {
    this.stdout = process.stdout // as-pect's CombinationReporter sets it to standard error
    super.onFinish(suite)
    counts.passed += suite.testPassCount
    // A suite can also fail outside of a test, in a describe block or a hook.
    const failed = suite.testCount - suite.testPassCount
    counts.failed += suite.pass ? failed : Math.max(failed, 1)
    mkdirSync('test-results', { recursive: true })
    writeFileSync('test-results/as-pect.json', JSON.stringify(counts))
  }
}

export default new CountingReporter()
