import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { chmod } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'

/** The sources name the core from two folders up, the built files lie beside it. Source maps hold: no line moves. */
export const coreLocation = () => ({
  name: 'core-location',
  transform: (code) => {
    const moved = code.replace(/(?<=new URL\(['"])\.\.\/\.\.\/build\//g, './')
    return moved === code ? null : { code: moved, map: null }
  },
  outputOptions: (options) => ({ ...options, paths: (id) => id.replace(/^.*\/build\/(?=core)/, './') }),
})

/** What the core is, to who imports it where modules of WebAssembly can be imported. */
export const coreTypes = () => ({
  name: 'core-types',
  generateBundle() {
    const source = 'declare const core: WebAssembly.Module\nexport default core\n'
    this.emitFile({ type: 'asset', fileName: 'core.wasm.d.ts', source })
  },
})

/** Takes one file for `#platform`, so that nothing is left to be resolved. */
export const platformOf = (file) => ({
  name: 'platform-of',
  resolveId: (id) => (id === '#platform' ? resolve(file) : null),
})

/** Makes one entry a program of its own. */
export const executable = (entry) => ({
  name: 'executable',
  banner: (chunk) => (chunk.isEntry && chunk.name === entry ? '#!/usr/bin/env node' : ''),
  writeBundle: (options) => chmod(join(options.dir, `${entry}.js`), 0o755),
})

/** Gathers the licences of all packages of which something is bundled into THIRD-PARTY-NOTICES.txt. */
export const thirdPartyNotices = () => ({
  name: 'third-party-notices',
  generateBundle(_options, bundle) {
    const folders = new Set()
    for (const chunk of Object.values(bundle)) {
      for (const id of Object.keys(chunk.modules ?? {})) {
        if (id.includes('node_modules')) folders.add(packageFolder(id.replace(/^\0+/, '').replace(/\?.*$/, '')))
      }
    }
    const notices = [...folders].sort().map(notice)
    this.emitFile({
      type: 'asset',
      fileName: 'THIRD-PARTY-NOTICES.txt',
      source: notices.join(`\n${'-'.repeat(80)}\n\n`),
    })
  },
})

function packageFolder(file) {
  let folder = dirname(file)
  while (!isPackage(folder)) {
    if (folder === dirname(folder)) throw new Error(`${file} belongs to no package`)
    folder = dirname(folder)
  }
  return folder
}

// Some packages hold nameless package.json files that only set the module type of a folder.
function isPackage(folder) {
  const file = join(folder, 'package.json')
  return existsSync(file) && 'version' in JSON.parse(readFileSync(file, 'utf8'))
}

function notice(folder) {
  const { name, version, license, author, repository } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry))
  const text =
    file === undefined
      ? `By ${author?.name ?? author}, ${repository?.url ?? repository}`
      : readFileSync(join(folder, file), 'utf8')
  return `${name} ${version} (${license})\n\n${text.trim()}\n`
}

/** Puts beside the page what it loads by URL: its document, what that names, the core and the worker. */
export const webFiles = () => ({
  name: 'web-files',
  generateBundle() {
    const page = ['index.html', 'style.css', 'icon.svg'].map((file) => join('examples/browser', file))
    const parts = ['core.wasm', 'worker-browser.js'].map((file) => join('build', file))
    for (const file of [...page, ...parts]) {
      this.emitFile({ type: 'asset', fileName: basename(file), source: readFileSync(file) })
    }
  },
})
