// Prints the answers: for runtimes that run programs.

import { answersOf } from './answers.mjs'
import { captures } from './captures.mjs'

console.log(JSON.stringify(await answersOf(captures())))
