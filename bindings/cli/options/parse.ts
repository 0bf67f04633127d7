// Values of options: text from the command line to what the tracker wants, or a message that says what was wanted.

import { InvalidArgumentError } from 'commander'

/** More than thirty years: longer than any capture, and well within 64 bits of nanoseconds. */
const MAX_SECONDS = 1e9

/** An integer of at least `least` and at most `most`. */
export function integer(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (!/^\d+$/.test(text) || value < least || value > most) {
      throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`)
    }
    return value
  }
}

/** Seconds, fractions allowed, more than none. */
export function seconds(text: string): number {
  const value = Number(text)
  if (!/^(\d+\.?\d*|\.\d+)$/.test(text) || value <= 0 || value > MAX_SECONDS) {
    throw new InvalidArgumentError('It must be a number of seconds above 0, such as 30 or 0.5.')
  }
  return value
}

/** The encapsulations that `--decap LIST` may name. */
export const DECAPSULATIONS = ['vlan', 'mpls', 'pppoe', 'ip', 'gre', 'vxlan', 'geneve', 'gtpu'] as const
export type Decapsulation = (typeof DECAPSULATIONS)[number]
export type Decap = 'auto' | 'none' | readonly Decapsulation[]

/** `auto`, `none`, or names separated by commas. */
export function decap(text: string): Decap {
  if (text === 'auto' || text === 'none') return text
  const names = text.split(',')
  const unknown = names.find((name) => !isDecapsulation(name))
  if (unknown !== undefined) {
    throw new InvalidArgumentError(
      `It must be auto, none, or a list of ${DECAPSULATIONS.join(', ')}, separated by commas.`,
    )
  }
  return [...new Set(names.filter(isDecapsulation))]
}

function isDecapsulation(name: string): name is Decapsulation {
  return (DECAPSULATIONS as readonly string[]).includes(name)
}
