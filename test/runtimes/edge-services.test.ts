import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { cp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { beforeAll, describe, expect, it } from 'vitest'
import { ROOT, runNode } from '../support/programs'
import { BUN, binaryOf, DENO } from './support/command-line'
import { runInEdgeVm } from './support/edge'
import { packedPackage, projectCopy } from './support/packed'
import { NOT_FOR_THIS_PLATFORM } from './support/runtime'
import { installTools } from './support/tools'

// The files of examples/edge, each in the runtime that it is for.

const missingTools = await installTools()

/** The most that packing, or starting a runtime, may take, in milliseconds. */
const LIMIT = 60_000

const CAPTURE = 'test/fixtures/recorded/loopback-mix.pcap'
const bytes = new Uint8Array(readFileSync(join(ROOT, CAPTURE)))

/** Lines of flows and messages as the command line has them, without the summary. */
let expected: { readonly flows: readonly string[]; readonly messages: readonly string[] }

const linesOf = (text: string) => text.trimEnd().split('\n').slice(0, -1)

beforeAll(async () => {
  const [flows = [], messages = []] = await Promise.all(
    ['flows', 'messages'].map(async (command) => {
      const { stdout } = await runNode('build/cli.js', command, '--format', 'ndjson', CAPTURE)
      return linesOf(stdout)
    }),
  )
  expected = { flows, messages }
}, LIMIT)

/** A project that has installed the package, and taken over the folder of examples. */
async function edgeProject(name: string): Promise<string> {
  const project = await projectCopy(await packedPackage(), name)
  await cp(join(ROOT, 'examples/edge'), join(project, 'edge'), { recursive: true })
  return project
}

describe.each([
  { file: 'deno.mjs', binaries: DENO, args: ['run', '--no-prompt', '--no-remote', '--no-lock', '--allow-net'] },
  { file: 'bun.mjs', binaries: BUN, args: ['run', '--no-install'] },
])('examples/edge/$file', ({ file, binaries, args }) => {
  const command = binaryOf(binaries)
  const missing = missingTools ?? (command ? undefined : NOT_FOR_THIS_PLATFORM)

  it.skipIf(missing)(
    missing ? `is not tried: ${missing}` : 'answers as the command line does',
    {
      timeout: LIMIT,
    },
    async () => {
      const project = await edgeProject(`serve-${file.replace('.mjs', '')}`)
      const { PATH } = process.env
      const env = { PATH, HOME: project, DENO_DIR: `${project}/.deno`, DENO_NO_UPDATE_CHECK: '1', NO_COLOR: '1' }
      const server = spawn(command ?? '', [...args, `edge/${file}`, '0'], {
        cwd: project,
        env,
        stdio: ['ignore', 'pipe', 'inherit'],
        timeout: LIMIT,
        killSignal: 'SIGKILL',
      })
      const exited = once(server, 'exit')
      try {
        const [url] = await once(createInterface(server.stdout), 'line')
        const post = (path: string, body: BodyInit) => fetch(new URL(path, url), { method: 'POST', body })
        expect(linesOf(await (await post('flows', bytes)).text())).toEqual(expected.flows)
        expect(linesOf(await (await post('messages', bytes)).text())).toEqual(expected.messages)
        const refused = [post('other', bytes), fetch(new URL('flows', url)), post('flows', ''), post('flows', 'x')]
        expect((await Promise.all(refused)).map(({ status }) => status)).toEqual([404, 405, 400, 422])
      } finally {
        server.kill('SIGKILL')
        await exited
      }
    },
  )
})

describe('examples/edge/vercel.mjs', () => {
  const title = missingTools ? `is not tried: ${missingTools}` : 'answers as the command line does'

  it.skipIf(missingTools)(title, { timeout: LIMIT }, async () => {
    const project = await edgeProject('serve-vercel')
    const encoded = Buffer.from(bytes).toString('base64')
    await writeFile(
      join(project, 'entry.mjs'),
      `import answer, { config } from './edge/vercel.mjs'
const body = Uint8Array.from(atob('${encoded}'), (character) => character.charCodeAt(0))
const post = (path) => answer(new Request('https://example.com/api/' + path, { method: 'POST', body }))
globalThis.answers = async () => ({
  runtime: config.runtime,
  flows: await (await post('flows')).text(),
  messages: await (await post('messages')).text(),
  refused: [(await post('other')).status, (await answer(new Request('https://example.com/api/flows'))).status],
})
`,
    )
    const { runtime, flows, messages, refused } = JSON.parse(await runInEdgeVm(project, 'entry.mjs'))
    expect([runtime, refused]).toEqual(['edge', [404, 405]])
    expect(linesOf(flows)).toEqual(expected.flows)
    expect(linesOf(messages)).toEqual(expected.messages)
  })
})
