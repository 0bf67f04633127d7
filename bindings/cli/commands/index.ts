import type { Command } from '../command'
import { flows } from './flows'
import { live } from './live'
import { messages } from './messages'
import { streams } from './streams'
import { summary } from './summary'
import { web } from './web'

/** All commands, in the order of `--help`: a command is a file here and a line in this table. */
export const commands: readonly Command[] = [summary, flows, messages, streams, live, web]

/** The one that is meant when none is named. */
export const DEFAULT_COMMAND = summary.name
