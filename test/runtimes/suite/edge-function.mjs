// For edge runtimes that call what a script has left in its global scope.

import { answersOf } from './answers.mjs'
import { captures } from './captures.mjs'

globalThis.answers = () => answersOf(captures())
