// Writes the reference of the package's types, as they were built, into a folder: docs/api, or that of the argument.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { argv } from 'node:process'
import { importTool, installTools } from '../test/runtimes/support/tools'
import { ROOT } from '../test/support/programs'

/** What is used of typedoc. */
interface TypeDoc {
  readonly Application: { bootstrap(options: object): Promise<Application> }
}

interface Application {
  readonly options: { setCompilerOptions(files: readonly string[], options: object, references: readonly []): void }
  readonly logger: { readonly warningCount: number; readonly errorCount: number }
  convert(): Promise<object | undefined>
  validate(project: object): void
  generateDocs(project: object, folder: string): Promise<void>
}

const missing = await installTools()
if (missing) throw new Error(missing)

const { exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
const entryPoints = Object.values<{ types?: string }>(exports)
  .flatMap(({ types }) => types ?? [])
  .filter((file) => !file.endsWith('.wasm.d.ts'))
  .map((file) => join(ROOT, file))

const { Application } = await importTool<TypeDoc>('typedoc')
const app = await Application.bootstrap({
  entryPoints,
  name: 'flowscope',
  readme: 'none',
  excludeExternals: true,
  // The types are built: there is no line in a repository to link to.
  disableSources: true,
  validation: { invalidLink: true, notDocumented: false, notExported: false },
})
const lib = ['lib.es2022.d.ts', 'lib.dom.d.ts', 'lib.esnext.disposable.d.ts']
app.options.setCompilerOptions(entryPoints, { lib, strict: true, module: 99, moduleResolution: 100, types: [] }, [])

const project = await app.convert()
if (!project) throw new Error('the types do not compile')
app.validate(project)
await app.generateDocs(project, argv[2] ?? join(ROOT, 'docs/api'))
const { warningCount, errorCount } = app.logger
if (warningCount + errorCount > 0) throw new Error(`${warningCount} warnings, ${errorCount} errors`)
