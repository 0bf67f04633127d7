import { run } from './programs'
import { NOT_FOR_THIS_PLATFORM, RUN_LIMIT, type Runtime, versionIn } from './runtime'
import { readAnswers, suiteProject } from './suite'
import { toolFile } from './tools'

/** The first of these files that is installed: each platform has one of its own. */
export const binaryOf = (files: readonly string[]) => files.map(toolFile).find((file) => file !== undefined)

/** Where Deno and Bun may be. */
export const DENO = ['linux-x64-glibc', 'linux-arm64-glibc', 'darwin-arm64', 'darwin-x64'].map(
  (platform) => `@deno/${platform}/deno`,
)
export const BUN = ['linux-x64', 'linux-aarch64', 'darwin-aarch64', 'darwin-x64'].map(
  (platform) => `@oven/bun-${platform}/bin/bun`,
)

/** A runtime that runs a program by its name, in a folder that has the package installed. */
function commandLine(
  name: string,
  binaries: readonly string[],
  args: readonly string[],
  about: Pick<Runtime, 'loading' | 'platform' | 'conditions'>,
  env: (project: string) => NodeJS.ProcessEnv = () => ({}),
): Runtime {
  const command = () => binaryOf(binaries) ?? ''
  return {
    name,
    ...about,
    hasWorkers: true,
    missing: () => (command() === '' ? NOT_FOR_THIS_PLATFORM : undefined),
    async run(packed) {
      const project = await suiteProject(packed, name.toLowerCase().replaceAll(' ', '-'))
      const { PATH } = process.env
      const options = { cwd: project, env: { PATH, ...env(project) }, limit: RUN_LIMIT }
      const { stdout: version } = await run(command(), ['--version'], options)
      const { stdout } = await run(command(), [...args, 'program.mjs'], options)
      return { version: versionIn(version), ...readAnswers(stdout) }
    },
  }
}

const node = (major: number) =>
  commandLine(`Node ${major}`, [`node-${major}-linux-x64/bin/node`], [], {
    loading: '`core.wasm`, read as a file',
    platform: 'node',
    conditions: ['node'],
  })

/** Deno is given no permission: neither to read files nor to reach the network. */
const deno = commandLine(
  'Deno',
  DENO,
  ['run', '--no-prompt', '--no-remote', '--no-lock'],
  { loading: 'bytes within JavaScript', platform: 'deno', conditions: ['deno', 'node'] },
  (project) => ({ DENO_DIR: `${project}/.deno`, DENO_NO_UPDATE_CHECK: '1', NO_COLOR: '1' }),
)

const bun = commandLine(
  'Bun',
  BUN,
  ['run', '--no-install'],
  { loading: 'bytes within JavaScript', platform: 'deno', conditions: ['bun', 'node'] },
  (project) => ({ HOME: project }),
)

/** Runtimes that are programs. */
export const COMMAND_LINES: readonly Runtime[] = [node(20), node(22), node(24), deno, bun]
