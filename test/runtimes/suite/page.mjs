// Sends the answers to whom the page came from. In a worker as well, where bundlers want no `await` at the top.

import { answersOf } from './answers.mjs'
import { captures } from './captures.mjs'
import { runWorkerCases } from './worker-cases.mjs'

async function answers() {
  try {
    return { ...(await answersOf(captures(), runWorkerCases)), agent: navigator.userAgent }
  } catch (error) {
    return { error: `${error.stack ?? error}, because of ${error.cause}` }
  }
}

answers().then((outcome) => fetch('/answers', { method: 'POST', body: JSON.stringify(outcome) }))
