import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { ROOT } from '../../support/programs'
import { type Packed, projectCopy } from './packed'

/** A line of the stand-in for Electron, see test/runtimes/electron. */
export interface Line {
  readonly event: 'window' | 'load' | 'dialog' | 'quit' | 'done'
  readonly url?: string
  /** Where a browser finds what the window has loaded. */
  readonly shown?: string
  readonly options?: { readonly webPreferences?: object; readonly properties?: readonly string[] }
  readonly isSandboxed?: boolean
  readonly privileges?: Record<string, Record<string, boolean>>
  readonly result?: unknown
}

/** The main process of examples/electron, in Node. */
export interface Application extends AsyncDisposable {
  /** The next line of this kind. */
  next(event: Line['event']): Promise<Line>
  /** Has the stand-in do something, and waits for its outcome. */
  lead(does: string, argument?: object): Promise<unknown>
  readonly ended: Promise<{ status: number | null; stderr: string }>
}

/** A project with the example, the package and the stand-in, as `npm install` would have laid them. */
export async function electronProject(packed: Packed): Promise<string> {
  const project = await projectCopy(packed, 'electron')
  const folder = join(project, 'examples-electron')
  await mkdir(folder)
  await cp(join(ROOT, 'examples/electron'), folder, { recursive: true })
  await cp(join(ROOT, 'test/runtimes/electron'), join(project, 'node_modules/electron'), { recursive: true })
  return folder
}

/** Starts the example as `electron . ARGUMENTS` would: its file stands for the dot. */
export function startElectron(folder: string, ...args: readonly string[]): Application {
  const child = spawn(process.execPath, ['main.mjs', ...args], { cwd: folder, stdio: 'pipe' })
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const ended = once(child, 'close').then(([status]) => ({ status, stderr }))
  const lines: Line[] = []
  let wake = (): void => {}
  createInterface(child.stdout).on('line', (line) => {
    lines.push(JSON.parse(line))
    wake()
  })
  const next = async (event: Line['event']): Promise<Line> => {
    for (;;) {
      const at = lines.findIndex((line) => line.event === event)
      const [line] = at < 0 ? [] : lines.splice(at, 1)
      if (line) return line
      const more = new Promise<void>((resolve) => {
        wake = resolve
      })
      const end = ended.then(({ status, stderr }) => {
        if (!lines.some((line) => line.event === event)) throw new Error(`it ended with ${status}: ${stderr}`)
      })
      await Promise.race([more, end])
    }
  }
  return {
    next,
    ended,
    async lead(does, argument = {}) {
      child.stdin.write(`${JSON.stringify({ does, ...argument })}\n`)
      return (await next('done')).result
    },
    async [Symbol.asyncDispose]() {
      child.stdin.end()
      await ended
    },
  }
}
