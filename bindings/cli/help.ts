import type { Command, Help, Option } from 'commander'
import type { Palette } from './output/colors'

/** A heading and rows below it, such as examples. */
export interface HelpSection {
  readonly heading: string
  readonly rows: readonly HelpRow[]
}

export interface HelpRow {
  readonly term: string
  readonly meaning: string
}

export interface HelpOptions {
  /** The command whose options are listed: the program lists those of its default command. */
  readonly optionsOf: Command
  /** Stand below the options. */
  readonly sections: readonly HelpSection[]
  readonly palette: Palette
  /** Of the terminal, if there is one. */
  readonly columns: number | undefined
}

const WIDEST = 100
const GENERAL = 'General:'

/**
 * Help in the order in which a newcomer asks: how to call it, what it does, which commands, which options, examples.
 */
export function helpLayout({ optionsOf, sections, palette, columns = WIDEST }: HelpOptions): Partial<Help> {
  const width = Math.min(columns, WIDEST)
  return {
    formatHelp(command, helper) {
      const blocks = [commandsOf(command, helper), ...optionGroups(optionsOf, helper), ...sections]
      const text = [
        `${palette.title('Usage:')} ${helper.commandUsage(command)}`,
        ...command
          .description()
          .split('\n')
          .map((paragraph) => helper.boxWrap(paragraph, width)),
        ...blocks.filter(({ rows }) => rows.length > 0).map((block) => formatSection(block)),
      ]
      return `${text.join('\n\n')}\n`

      function formatSection({ heading, rows }: HelpSection): string {
        const termWidth = Math.max(...rows.map(({ term }) => term.length))
        const lines = rows.map(({ term, meaning }) => helper.formatItem(term, termWidth, meaning, helper))
        return [palette.title(heading), ...lines].join('\n')
      }
    },
    helpWidth: width,
  }
}

function commandsOf(command: Command, helper: Help): HelpSection {
  const rows = helper.visibleCommands(command).map((sub) => ({
    term: [sub.name(), ...sub.registeredArguments.filter(({ required }) => !required).map((a) => `[${a.name()}]`)].join(
      ' ',
    ),
    meaning: helper.subcommandDescription(sub),
  }))
  return { heading: 'Commands:', rows }
}

/** Groups in the order in which their options were added, those without a heading last. */
function optionGroups(command: Command, helper: Help): HelpSection[] {
  const options = helper.visibleOptions(command)
  const headings = new Set(options.map((option) => option.helpGroupHeading))
  headings.delete(undefined)
  return [...headings, undefined].map((heading) => ({
    heading: heading ?? GENERAL,
    rows: options
      .filter((option) => option.helpGroupHeading === heading)
      .map((option) => ({ term: option.flags, meaning: describe(option) })),
  }))
}

/** What the option does, what it may be, and what it is unless given. */
function describe({ description, argChoices, defaultValue, defaultValueDescription }: Option): string {
  const remarks = [
    ...(argChoices ? [`one of ${argChoices.join(', ')}`] : []),
    ...(defaultValue === undefined ? [] : [`default ${defaultValueDescription ?? defaultValue}`]),
  ]
  return remarks.length === 0 ? description : `${description} (${remarks.join('; ')})`
}
