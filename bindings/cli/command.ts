import type { Option } from 'commander'

/** What a command talks to: the process, or a stand-in. */
export interface Host {
  readonly stdin: NodeJS.ReadStream
  readonly stdout: NodeJS.WriteStream
  readonly stderr: NodeJS.WriteStream
  on(signal: NodeJS.Signals, listener: () => void): unknown
  off(signal: NodeJS.Signals, listener: () => void): unknown
}

export const EXIT_OK = 0
/** A capture was damaged, cut short or of an unknown format; everything before that has been printed. */
export const EXIT_DAMAGED = 1
/** The call itself was wrong; nothing has been printed. */
export const EXIT_USAGE = 2

/** The call was wrong in a way that only shows after parsing: one line, the hint to `--help`, exit status 2. */
export class UsageError extends Error {}

/** Options under one heading of `--help`. */
export interface OptionGroup {
  readonly heading: string
  readonly options: () => readonly Option[]
}

/** One command: a file in commands/ and a line in its table. */
export interface Command {
  readonly name: string
  /** One line for the list of commands. */
  readonly summary: string
  /** What stands behind the options: `<CAPTURE...>` unless given, empty for nothing. */
  readonly operand?: string
  /** A few lines for the command's own help. */
  readonly description: string
  readonly examples: readonly Example[]
  readonly options: readonly OptionGroup[]
  /** Answers with the exit status; `options` are the parsed values of the options above. */
  run(captures: readonly string[], options: object, host: Host): Promise<number>
}

export interface Example {
  readonly call: string
  readonly does: string
}

/**
 * Ties the options' type to the command that reads them. The type is the command's word for what its options parse to:
 * commander cannot carry it.
 */
export function defineCommand<Options extends object>(
  command: Omit<Command, 'run'> & {
    run(captures: readonly string[], options: Options, host: Host): Promise<number>
  },
): Command {
  return command as Command
}
