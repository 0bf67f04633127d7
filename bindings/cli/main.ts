// The file behind `flowscope`: package.json names its bundle, build/cli.js, as the bin.

import { readFileSync } from 'node:fs'
import { run } from './program'

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }

process.exitCode = await run(process.argv.slice(2), version, process)
