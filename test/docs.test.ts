import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { transformSync } from 'esbuild'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { type Program, readDocument } from './support/documents'
import { type ProgramResult, ROOT, runNode, runShell } from './support/programs'

// What the documents show is run. See test/support/documents.ts for how blocks belong together.

/** Beneath the root, so that `flowscope` means this package; git ignores it. */
const FOLDER = 'test-results/docs'

/** For programs that import OpenTelemetry's SDK, which lies beside the tests that need it, where it was installed. */
const SDK_FOLDER = `${FOLDER}-sdk`
const SDK = join(ROOT, 'test/opentelemetry/node_modules')
const hasSdk = existsSync(SDK)

/** Printed between the parts of a program. */
const SEPARATOR = '\u001e'

const documents = ['README.md', ...readdirSync(join(ROOT, 'docs')).map((file) => `docs/${file}`)]
  .filter((path) => path.endsWith('.md'))
  .map(readDocument)

const others = [
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'test/fixtures/recorded/README.md',
  'examples/edge/README.md',
  'examples/cloudflare-worker/README.md',
].map(readDocument)

const fileOf = (path: string, program: Program) =>
  `${needsSdk(program) ? SDK_FOLDER : FOLDER}/${path.replace(/\W/g, '-')}-${program.line}`

for (const folder of [FOLDER, SDK_FOLDER]) {
  rmSync(join(ROOT, folder), { recursive: true, force: true })
  mkdirSync(join(ROOT, folder), { recursive: true })
}
if (hasSdk) symlinkSync(SDK, join(ROOT, SDK_FOLDER, 'node_modules'), 'junction')

const unmet = hasSdk
  ? []
  : documents.flatMap(({ path, programs }) => programs.filter(needsSdk).map(({ line }) => [path, line]))

it.skip.each(unmet)('%s, line %s: needs npm ci --prefix test/opentelemetry', () => undefined)

describe.each(documents.filter(({ programs }) => programs.some(isRunnableModule)))('$path', ({ path, programs }) => {
  it.concurrent.each(programs.filter(isRunnableModule))('line $line runs, and prints what it says', async (program) => {
    const parts = program.parts.map(({ code }) => code)
    const source = parts.join(`\nconsole.log('${SEPARATOR}')\n`)
    const file = `${fileOf(path, program)}.mjs`
    writeFileSync(join(ROOT, file), transformSync(source, { loader: 'ts', target: 'node20', format: 'esm' }).code)
    const result = await runNode(file)
    expect(result).toMatchObject({ stderr: '', status: 0 })
    const printed = result.stdout.split(`${SEPARATOR}\n`)
    program.parts.forEach(({ output }, i) => {
      if (output !== undefined) expect(printed[i]?.trimEnd()).toBe(output)
    })
  })
})

describe.each(documents.filter(({ programs }) => programs.some(isRunnableShell)))('$path', ({ path, programs }) => {
  it.concurrent.each(programs.filter(isRunnableShell))(`line $line of ${path} prints what it says`, async (program) => {
    const [part] = program.parts
    const result: ProgramResult = await runShell(part?.code ?? '')
    expect(result.status, result.stderr).toBe(0)
    if (part?.output === undefined) return
    const printed = (result.stdout + result.stderr).trimEnd()
    if (part.isCut) expect(`${printed.trim()}\n`).toContain(`${part.output}\n`)
    else expect(printed).toBe(part.output)
  })
})

it('shows TypeScript that is well typed, and examples too', { timeout: 60_000 }, () => {
  const files = documents.flatMap(({ path, programs }) =>
    programs.filter(isRunnableModule).map((program) => {
      const file = join(ROOT, `${fileOf(path, program)}.ts`)
      writeFileSync(file, `${program.parts.map(({ code }) => code).join('\n')}\nexport {}\n`)
      return file
    }),
  )
  const examples = readdirSync(join(ROOT, 'examples'))
    .filter((file) => file.endsWith('.mjs'))
    .map((file) => join(ROOT, 'examples', file))
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), ts.sys.readFile)
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, ROOT)
  const program = ts.createProgram([...files, ...examples], {
    ...options,
    allowJs: true,
    checkJs: true,
    noUnusedLocals: false,
    noUnusedParameters: false,
  })
  const host = { getCanonicalFileName: (name: string) => name, getCurrentDirectory: () => ROOT, getNewLine: () => '\n' }
  expect(ts.formatDiagnostics(ts.getPreEmitDiagnostics(program), host)).toBe('')
})

describe('docs/design.md', () => {
  const design = readFileSync(join(ROOT, 'docs/design.md'), 'utf8')
  const core = readdirSync(join(ROOT, 'assembly'), { recursive: true, encoding: 'utf8' })
    .filter((file) => /(?<!\.spec)\.ts$/.test(file))
    .map((file) => readFileSync(join(ROOT, 'assembly', file), 'utf8'))
    .join('\n')

  it('names constants with their values', () => {
    const rows = [...design.matchAll(/^\| `([A-Z][A-Z0-9_]+)` \| ([\d,]+)/gm)].map(([, name, value]) => [name, value])
    expect(rows.length).toBeGreaterThan(20)
    const inCode = (name: string | undefined) =>
      core.match(new RegExp(`\\b${name}: \\w+ = (\\w+)`))?.[1]?.replaceAll('_', '')
    expect(rows.map(([name]) => [name, inCode(name)])).toEqual(
      rows.map(([name, value]) => [name, value?.replaceAll(',', '')]),
    )
  })

  it('lists functions that the module exports', async () => {
    const module = await WebAssembly.compile(readFileSync(join(ROOT, 'build/core.wasm')))
    const exported = WebAssembly.Module.exports(module).map(({ name }) => name)
    const listed = [...design.matchAll(/^ {4}(\w+)\(.*\)/gm)].map(([, name]) => name)
    expect(listed.length).toBeGreaterThan(20)
    expect(listed.filter((name) => name !== undefined && !exported.includes(name))).toEqual([])
  })
})

describe.each([...documents, ...others])('$path', ({ path, links }) => {
  it('links to what there is', () => {
    expect(links.filter(({ target }) => !resolves(path, target))).toEqual([])
  })
})

function isModule({ language }: Program): boolean {
  return language === 'ts' || language === 'js'
}

function needsSdk({ parts }: Program): boolean {
  return parts.some(({ code }) => /from '@opentelemetry\/(?!api')/.test(code))
}

function isRunnableModule(program: Program): boolean {
  return isModule(program) && (hasSdk || !needsSdk(program))
}

/** Commands of this repository on files that it has; what needs a network interface or npm is left out. */
function isRunnableShell({ language, parts }: Program): boolean {
  if (language !== 'sh') return false
  return parts.every(({ code }) => {
    const lines = code.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'))
    const captures = [...code.matchAll(/\S+\.(?:pcap|pcapng|snoop|gz)\b/g)].map(([file]) => file)
    const isOurs = lines.every((line) => /^(?:npx flowscope|flowscope|node examples\/|cat|echo) /.test(line))
    return isOurs && captures.every((file) => existsSync(join(ROOT, file)))
  })
}

function resolves(from: string, target: string): boolean {
  const [file = '', anchor] = target.split('#')
  const path = file === '' ? from : posix.join(posix.dirname(from), file)
  if (!existsSync(join(ROOT, path))) return false
  return anchor === undefined || readDocument(path).anchors.has(anchor)
}
