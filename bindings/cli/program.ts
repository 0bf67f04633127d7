// The command line as commander sees it: a program with one subcommand for each line of the table of commands.

import { existsSync } from 'node:fs'
import { Command as Commander, CommanderError } from 'commander'
import { type Command, EXIT_OK, EXIT_USAGE, type Host, UsageError } from './command'
import { commands, DEFAULT_COMMAND } from './commands'
import { type HelpSection, helpLayout } from './help'
import { paletteFor } from './output/colors'
import { sanitize } from './output/sanitize'

const NAME = 'flowscope'

// Each line is a paragraph.
const DESCRIPTION = [
  'Shows the flows of packet captures: who talked to whom, how much, and how it ended.',
  'CAPTURE is a pcap, pcapng or snoop file, also compressed by gzip or zstd, or - for standard input. ' +
    'Several are read in the order given, as one.',
].join('\n')

const EXAMPLES: HelpSection = {
  heading: 'Examples:',
  rows: [
    { term: 'flowscope trace.pcap', meaning: 'one screen about a capture' },
    { term: 'flowscope flows trace.pcap', meaning: 'its flows, one a row' },
    { term: 'flowscope flows --format ndjson trace.pcap', meaning: 'the same for programs' },
    { term: 'flowscope live -i eth0', meaning: 'flows of live traffic, until Ctrl-C' },
  ],
}

const EXIT_STATUS: HelpSection = {
  heading: 'Exit status:',
  rows: [
    { term: '0', meaning: 'all was read' },
    { term: '1', meaning: 'a capture is damaged, cut short or of an unknown format; what stands before is printed' },
    { term: '2', meaning: 'the call was wrong, or a capture cannot be opened; nothing is printed' },
  ],
}

const MORE: HelpSection = {
  heading: 'More:',
  rows: [{ term: `${NAME} COMMAND --help`, meaning: `options of one command; those above are of ${DEFAULT_COMMAND}` }],
}

/** Runs one call, `argv` without node and script, and answers with its exit status. */
export async function run(argv: readonly string[], version: string, host: Host): Promise<number> {
  let status = EXIT_OK
  const program = createProgram(version, host, (result) => {
    status = result
  })
  // Nobody who reads standard error is no reason to stop.
  host.stderr.on('error', () => {})
  try {
    await program.parseAsync(argv, { from: 'user' })
    return status
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    return error.exitCode === 0 ? EXIT_OK : EXIT_USAGE
  }
}

type Done = (status: number) => void

function createProgram(version: string, host: Host, done: Done): Commander {
  const program = setUp(new Commander(NAME), version, host)
    .description(DESCRIPTION)
    .usage('[COMMAND] [OPTIONS] CAPTURE...')
    .helpCommand('help [COMMAND]', 'this help, or that of a command')
  for (const command of commands) {
    const subcommand = createSubcommand(command, version, host, done)
    const isDefault = command.name === DEFAULT_COMMAND
    program.addCommand(subcommand, { isDefault })
    if (isDefault) arrangeHelp(program, subcommand, [EXAMPLES, EXIT_STATUS, MORE], host)
  }
  return program
}

function createSubcommand(command: Command, version: string, host: Host, done: Done): Commander {
  const { operand = '<CAPTURE...>' } = command
  const subcommand = setUp(new Commander(command.name), version, host)
    .summary(command.summary)
    .description(command.description)
    .usage(`[OPTIONS] ${operand.replaceAll(/[<>]/g, '')}`.trimEnd())
  if (operand !== '') subcommand.argument(operand)
  for (const { heading, options } of command.options) {
    for (const option of options()) subcommand.addOption(option.helpGroup(heading))
  }
  const examples: HelpSection = {
    heading: 'Examples:',
    rows: command.examples.map(({ call, does }) => ({ term: call, meaning: does })),
  }
  arrangeHelp(subcommand, subcommand, [examples, EXIT_STATUS], host)
  return subcommand.action(async () => {
    const captures = subcommand.args
    const options: object = subcommand.opts()
    try {
      checkOrder(captures)
      done(await command.run(captures, options, host))
    } catch (error) {
      if (!(error instanceof UsageError)) throw error
      subcommand.error(error.message)
    }
  })
}

/** What the program and its commands have in common. */
function setUp(command: Commander, version: string, host: Host): Commander {
  return command
    .helpOption('-h, --help', 'print this help')
    .version(version, '-V, --version', 'print the version')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => host.stdout.write(text),
      writeErr: (text) => host.stderr.write(text),
      outputError: (text, write) => write(`${oneLine(text)} See '${callOf(command)} --help'.\n`),
    })
}

function arrangeHelp(command: Commander, optionsOf: Commander, sections: readonly HelpSection[], host: Host): void {
  const { stdout } = host
  const columns = stdout.isTTY ? stdout.columns : undefined
  command.configureHelp(helpLayout({ optionsOf, sections, palette: paletteFor(stdout), columns }))
}

/** commander's message, which may take two lines, as one behind the program's name. */
function oneLine(text: string): string {
  const message = text
    .trim()
    .replace(/^error: /, '')
    .replaceAll('\n', ' ')
  return sanitize(`${NAME}: ${message}${/[.?!]$/.test(message) ? '' : '.'}`)
}

/** The program's own help lists the options of the default command. */
function callOf(command: Commander): string {
  const name = command.name()
  return name === NAME || name === DEFAULT_COMMAND ? NAME : `${NAME} ${name}`
}

/** @throws UsageError when what looks like a capture is a command in the wrong place */
function checkOrder(captures: readonly string[]): void {
  const command = commands.find(({ name }) => captures.includes(name) && !existsSync(name))
  if (command) throw new UsageError(`the command comes first: ${NAME} ${command.name} [OPTIONS] CAPTURE...`)
}
