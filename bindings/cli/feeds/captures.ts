import { statSync } from 'node:fs'
import { stdinSource } from '../../index'
import { checkCaptures, STDIN } from '../captures'
import { type Host, UsageError } from '../command'
import type { FollowOptions } from '../options/follow'
import type { Feed } from './feed'
import { FollowedFile } from './followed-file'

/** Milliseconds that standard input is read on after Ctrl-C: tcpdump gets it too, and then writes what it held back. */
const LAST_WORDS = 500

/**
 * The captures that the command line names.
 *
 * @throws UsageError when one cannot be read
 */
export function feedsOf(captures: readonly string[], host: Host, { follow }: FollowOptions = {}): Feed[] {
  checkCaptures(captures, host)
  if (follow && (captures.length > 1 || captures.includes(STDIN))) {
    throw new UsageError('--follow is for one file; a pipe is read until it ends in any case')
  }
  return captures.map((capture) => {
    if (capture === STDIN) {
      return { name: capture, input: stdinSource(), stop: () => undefined, lastWords: LAST_WORDS }
    }
    if (follow && statSync(capture).isFile()) return followed(capture)
    return { name: capture, input: capture, ...(follow && { isLive: true }) }
  })
}

function followed(path: string): Feed {
  const file = new FollowedFile(path)
  return { name: path, input: file, isLive: true, stop: () => file.stop(), lastWords: LAST_WORDS }
}
