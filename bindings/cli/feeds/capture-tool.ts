import { type ChildProcessByStdio, spawn } from 'node:child_process'
import type { Readable } from 'node:stream'

/** A program that captures packets, and how it is called. */
export interface CaptureTool {
  readonly name: string
  /** Arguments to write what an interface sees to standard output, without holding packets back. */
  argumentsFor(networkInterface: string, filter: string | undefined): string[]
  /** What it says at its end of packets that it was too slow for. */
  readonly dropped: RegExp
}

/** Mebibytes of packets that the system holds while the tool, or this program, is busy. */
const BUFFER = 16

/** In the order in which they are tried. */
export const CAPTURE_TOOLS: readonly CaptureTool[] = [
  {
    name: 'tcpdump',
    argumentsFor: (networkInterface, filter) => [
      ...['-i', networkInterface, '-s', '0', '-B', `${BUFFER * 1024}`, '-U', '--immediate-mode', '-w', '-'],
      // The filter is none of its options, whatever it begins with.
      ...(filter === undefined ? [] : ['--', filter]),
    ],
    dropped: /(\d+) packets? dropped by kernel/,
  },
  {
    name: 'dumpcap',
    argumentsFor: (networkInterface, filter) => [
      ...['-q', '-i', networkInterface, '-s', '0', '-B', `${BUFFER}`, '-w', '-'],
      ...(filter === undefined ? [] : ['-f', filter]),
    ],
    dropped: /dropped on interface .*: \d+\/(\d+)/,
  },
]

/** How a tool has ended. */
export interface ToolEnd {
  /** Undefined when it ended well. */
  readonly failure: string | undefined
  /** Packets that it says that it was too slow for. */
  readonly dropped: number
}

/** What a tool says is kept up to so many characters, the last ones. */
const MOST_SAID = 4096

/** A tool at work. */
export class RunningTool {
  readonly output: Readable
  /** Answers when it has ended; never fails. */
  readonly ended: Promise<ToolEnd>
  readonly #tool: CaptureTool
  readonly #process: ChildProcessByStdio<null, Readable, Readable>
  #said = ''

  constructor(tool: CaptureTool, networkInterface: string, filter: string | undefined) {
    this.#tool = tool
    this.#process = spawn(tool.name, tool.argumentsFor(networkInterface, filter), { stdio: ['ignore', 'pipe', 'pipe'] })
    this.output = this.#process.stdout
    this.#process.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#said = (this.#said + text).slice(-MOST_SAID)
    })
    this.ended = new Promise((resolve) => {
      this.#process.once('error', (error: NodeJS.ErrnoException) =>
        resolve({ failure: startFailure(error), dropped: 0 }),
      )
      this.#process.once('close', (status, signal) => resolve(this.#endOf(status, signal)))
    })
  }

  /** Asks it to end, and to write first what it holds. */
  stop(): void {
    this.#process.kill('SIGINT')
  }

  /** Ends it. */
  kill(): void {
    this.#process.kill('SIGKILL')
  }

  #endOf(status: number | null, signal: NodeJS.Signals | null): ToolEnd {
    const dropped = Number(this.#tool.dropped.exec(this.#said)?.[1] ?? 0)
    return { failure: status === 0 ? undefined : this.#complaint(status, signal), dropped }
  }

  /** The last line that it said; tcpdump begins lines with its name. */
  #complaint(status: number | null, signal: NodeJS.Signals | null): string {
    const lines = this.#said.split('\n').map((line) => line.trim())
    const last = lines.filter((line) => line !== '').at(-1)
    const how = signal ? `killed by ${signal}` : `exit status ${status}`
    return last === undefined ? how : last.replace(`${this.#tool.name}: `, '')
  }
}

export const NOT_INSTALLED = 'not installed'

function startFailure({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'ENOENT') return NOT_INSTALLED
  return code === 'EACCES' ? 'permission denied' : message
}
