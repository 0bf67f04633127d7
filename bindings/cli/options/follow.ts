import { Option } from 'commander'
import type { OptionGroup } from '../command'

export interface FollowOptions {
  readonly follow?: true
}

export const followOptions: OptionGroup = {
  heading: 'How long is read:',
  options: () => [new Option('--follow', 'wait for more at the end of a file that somebody writes, until Ctrl-C')],
}
