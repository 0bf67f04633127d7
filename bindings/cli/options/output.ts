import { Option } from 'commander'
import type { OptionGroup } from '../command'
import { FORMATS, type FormatName } from '../formats'

export interface OutputOptions {
  readonly format: FormatName
}

export const outputOptions: OptionGroup = {
  heading: 'Output:',
  options: () => [
    new Option('--format <FORMAT>', 'a table to read, or ndjson for programs: one JSON object a line')
      .choices(Object.keys(FORMATS))
      .default('table'),
  ],
}
