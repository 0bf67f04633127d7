import { readFileSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { expect, it } from 'vitest'
import { ROOT } from '../support/programs'
import { run } from './support/programs'
import { installTools } from './support/tools'

const { exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
/** One for each entry that has types of its own. */
const pages = Object.values<{ types?: string } | string>(exports)
  .flatMap((entry) => (typeof entry === 'string' ? [] : (entry.types ?? [])))
  .filter((file) => !file.endsWith('.wasm.d.ts'))
  .map((file) => basename(file).replace('.d.ts', '.html'))

const missing = await installTools()

it.skipIf(missing)(
  missing ? `no reference: ${missing}` : 'typedoc writes a reference',
  { timeout: 90_000 },
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'flowscope-api-'))
    try {
      const script = join(ROOT, 'scripts/api-reference.ts')
      await run(process.execPath, ['--import', 'tsx', script, folder], { cwd: ROOT })
      expect((await readdir(join(folder, 'modules'))).sort()).toEqual(pages.sort())
      expect(await readdir(join(folder, 'classes'))).toContain('index.FlowTracker.html')
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  },
)
