import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { cp, mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { withLock } from '../../support/lock'
import { ROOT } from '../../support/programs'
import { npm } from './programs'

/** The package as it would be published, and a project that has installed it. */
export interface Packed {
  readonly tarball: string
  /** A folder with nothing in it but what `npm install` of the tarball left there. */
  readonly project: string
  /** Where the package lies in it. */
  readonly installed: string
  /** What is in the tarball, as npm says. */
  readonly manifest: Manifest
}

/** What `npm pack --json` tells, as far as it is used. */
export interface Manifest {
  /** Bytes of the tarball. */
  readonly size: number
  readonly unpackedSize: number
  readonly files: readonly { readonly path: string; readonly size: number }[]
}

/** Packs what was built last, and installs it. Test files share the outcome. */
export function packedPackage(): Promise<Packed> {
  const folder = join(ROOT, 'test-results/packed', fingerprint())
  return withLock(join(ROOT, 'test-results/locks/packed'), async () => {
    if (!existsSync(folder)) await pack(folder)
    const project = join(folder, 'project')
    return {
      tarball: join(folder, 'flowscope.tgz'),
      project,
      installed: join(project, 'node_modules/flowscope'),
      manifest: JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')),
    }
  })
}

async function pack(folder: string): Promise<void> {
  const draft = `${folder}.draft`
  await rm(draft, { recursive: true, force: true })
  const project = join(draft, 'project')
  await mkdir(project, { recursive: true })
  const { stdout } = await npm(['pack', '--json', '--ignore-scripts', '--pack-destination', draft], { cwd: ROOT })
  const [manifest] = JSON.parse(stdout)
  await writeFile(join(draft, 'manifest.json'), JSON.stringify(manifest))
  await rename(join(draft, manifest.filename), join(draft, 'flowscope.tgz'))
  await writeFile(join(project, 'package.json'), '{ "private": true, "type": "module" }\n')
  await install(project, join(draft, 'flowscope.tgz'))
  await rename(draft, folder)
}

/** `npm install` of a tarball, as a user would do it. */
export async function install(project: string, tarball: string): Promise<void> {
  await npm(['install', tarball, '--no-audit', '--no-fund'], { cwd: project })
}

/** A copy of the project that has the package installed, for a test to write in. */
export async function projectCopy({ project }: Packed, name: string): Promise<string> {
  const copy = join(ROOT, 'test-results/projects', name)
  await rm(copy, { recursive: true, force: true })
  await cp(project, copy, { recursive: true })
  return copy
}

function fingerprint(): string {
  const hash = createHash('sha256')
  const build = readdirSync(join(ROOT, 'build')).map((file) => `build/${file}`)
  for (const file of ['package.json', 'README.md', ...build.filter((file) => /\.[a-z]+$/.test(file)).sort()]) {
    hash.update(file).update(readFileSync(join(ROOT, file)))
  }
  return hash.digest('hex').slice(0, 16)
}
