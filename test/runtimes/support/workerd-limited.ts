import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { readdir, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { answering, freePort } from './ports'
import { workerdBinary } from './workerd'

/** A Worker in a process of its own, whose isolates have no more than a part of a Worker's memory for their objects. */
export interface LimitedWorker extends AsyncDisposable {
  readonly url: string
  /** The most memory that the process has had so far, in bytes; undefined where the system does not tell. */
  peak(): number | undefined
  /** The same before the first request. */
  readonly idle: number
  /** Whether the process is still the one that was started. */
  isAlive(): boolean
}

/** How a Worker is run. */
export interface LimitedWorkerOptions {
  readonly bindings: Readonly<Record<string, number>>
  readonly compatibilityDate: string
  /** MiB of V8's heap, beyond which V8 ends the process. Memory of ArrayBuffers and of WebAssembly is not in it. */
  readonly heap: number
}

/**
 * Runs a bundled Worker in workerd itself, without miniflare: only so can V8 be given a limit, as the platform does.
 * Without one it collects garbage late, and the process says nothing about what is needed.
 */
export async function startLimitedWorker(script: string, options: LimitedWorkerOptions): Promise<LimitedWorker> {
  const folder = dirname(script)
  const port = await freePort()
  const config = join(folder, 'config.capnp')
  await writeFile(config, configuration(basename(script), await readdir(folder), port, options))
  const child = spawn(workerdBinary() ?? '', ['serve', config], { stdio: ['ignore', 'ignore', 'inherit'] })
  const ended = once(child, 'exit')
  const url = `http://127.0.0.1:${port}/`
  // Any answer will do: there is nothing at the root.
  await answering(url)
  return {
    url,
    idle: peakOf(child.pid) ?? 0,
    peak: () => peakOf(child.pid),
    isAlive: () => child.exitCode === null && child.signalCode === null,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await ended
    },
  }
}

/** See workerd.capnp. */
function configuration(
  script: string,
  files: readonly string[],
  port: number,
  { bindings, compatibilityDate, heap }: LimitedWorkerOptions,
): string {
  const modules = [
    `(name = "${script}", esModule = embed "${script}")`,
    ...files.filter((file) => file.endsWith('.wasm')).map((file) => `(name = "./${file}", wasm = embed "${file}")`),
  ]
  const values = Object.entries(bindings).map(([name, value]) => `(name = "${name}", json = "${value}")`)
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  v8Flags = ["--max-heap-size=${heap}"],
  services = [(name = "main", worker = .worker)],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")]
);
const worker :Workerd.Worker = (
  modules = [${modules.join(', ')}],
  bindings = [${values.join(', ')}],
  compatibilityDate = "${compatibilityDate}"
);
`
}

/** Linux: the peak of the resident set, proc(5). */
function peakOf(pid: number | undefined): number | undefined {
  try {
    const [, kilobytes] = readFileSync(`/proc/${pid}/status`, 'latin1').match(/^VmHWM:\s+(\d+) kB/m) ?? []
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024
  } catch {
    return undefined
  }
}
