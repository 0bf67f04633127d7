import type { Packed } from './packed'
import type { Answers } from './suite'

/** Something that runs JavaScript, and how the suite is run in it. */
export interface Runtime {
  readonly name: string
  /** How the package and its core get there. */
  readonly loading: string
  /** The file that `#platform` stands for there: `build/platform-NAME.js`. */
  readonly platform: string
  /** The conditions by which it, or its bundler, picks files of a package. */
  readonly conditions: readonly string[]
  /** Whether there are workers, and so the cases of suite/worker-cases.mjs. */
  readonly hasWorkers: boolean
  /** Why it cannot be run here, undefined where it can. */
  missing(): string | undefined
  /** Runs the suite in a process of its own, and tells the runtime's version with the answers. */
  run(packed: Packed): Promise<Run>
}

/** Answers, and who gave them. */
export interface Run extends Answers {
  readonly version: string
}

/** The most that one run may take, in milliseconds. */
export const RUN_LIMIT = 120_000

/** What is said of binaries that are not there. */
export const NOT_FOR_THIS_PLATFORM = `no binary for ${process.platform}-${process.arch}`

/** The version number in what a program says of itself. */
export function versionIn(text: string): string {
  return text.match(/\d+(?:\.\d+)+/)?.[0] ?? text.trim()
}
