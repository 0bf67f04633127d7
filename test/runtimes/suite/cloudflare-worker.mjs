// A Cloudflare Worker. `/start` makes one tracker, all else answers with the suite: clocks stand still in there while
// a request is computed, so whoever asks must take the time.

import { FlowTracker, fiveTuple } from 'flowscope'
import { answersOf } from './answers.mjs'
import { captures } from './captures.mjs'

async function start() {
  const tracker = await FlowTracker.create(fiveTuple())
  tracker.dispose()
  return new Response('started')
}

export default {
  async fetch(request) {
    if (new URL(request.url).pathname === '/start') return start()
    return Response.json(await answersOf(captures()))
  },
}
