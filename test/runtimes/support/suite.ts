import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ROOT } from '../../support/programs'
import { type Packed, projectCopy } from './packed'

/** What one run of the suite has brought. */
export interface Answers {
  /** When the first tracker was there: milliseconds since the process, page or worker began. */
  readonly startUp: number
  /** Lines of JSON, by the name of the case. */
  readonly answers: Readonly<Record<string, string>>
}

const FIXTURES = join(ROOT, 'test/fixtures')

/** What the application of {@link appProject} shows. */
export const APP_CAPTURE = join(FIXTURES, 'recorded/loopback-mix.pcap')

/** A project that has installed the package, with the suite in it and the captures that it runs on. */
export async function suiteProject(packed: Packed, name: string): Promise<string> {
  const project = await projectCopy(packed, name)
  await cp(join(ROOT, 'test/runtimes/suite'), project, { recursive: true })
  await writeFile(join(project, 'captures.mjs'), await capturesModule())
  return project
}

/** A project that has installed the package, with the application that bundlers build, and the capture that it shows. */
export async function appProject(packed: Packed, name: string): Promise<string> {
  const project = await projectCopy(packed, name)
  await cp(join(ROOT, 'test/runtimes/app'), project, { recursive: true })
  await mkdir(join(project, 'public'))
  await cp(APP_CAPTURE, join(project, 'public/capture.pcap'))
  return project
}

/** The captures of these folders, not those of folders in them, as a module that every runtime can read. */
async function capturesModule(): Promise<string> {
  const folders = await Promise.all(
    ['generated', 'recorded'].map(async (folder) =>
      (await readdir(join(FIXTURES, folder)))
        .filter((file) => file.endsWith('.pcap'))
        .map((file) => `${folder}/${file}`),
    ),
  )
  const files = folders.flat().sort()
  const encoded = await Promise.all(files.map(async (file) => [file, await readFile(join(FIXTURES, file), 'base64')]))
  return `const encoded = ${JSON.stringify(Object.fromEntries(encoded), null, 2)}
const decode = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
export const captures = () => Object.fromEntries(Object.entries(encoded).map(([name, text]) => [name, decode(text)]))
`
}

/** Reads what suite/program.mjs has printed. */
export const readAnswers = (printed: string): Answers => JSON.parse(printed)
