// Prints the answers: for runtimes that run programs.

import { answersOf } from './answers.mjs'
import { captures } from './captures.mjs'
import { runWorkerCases } from './worker-cases.mjs'

console.log(JSON.stringify(await answersOf(captures(), runWorkerCases)))
