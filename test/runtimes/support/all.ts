import { chromiumPage, chromiumWorker } from './browsers'
import { COMMAND_LINES } from './command-line'
import { edge } from './edge'
import { firefox } from './firefox'
import type { Runtime } from './runtime'
import { webkit } from './webkit'
import { workerd } from './workerd'

/** Every runtime that the suite is run in, in the order in which docs/runtimes.md lists them. */
export const RUNTIMES: readonly Runtime[] = [
  ...COMMAND_LINES,
  workerd,
  edge,
  chromiumPage,
  chromiumWorker,
  firefox,
  webkit,
]
