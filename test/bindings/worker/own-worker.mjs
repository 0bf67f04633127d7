// A worker with parsers of its own, for worker-driver.test.ts.
import { http } from '../../../build/http.js'
import { ParserAnomaly, sessionParser } from '../../../build/index.js'
import { serve } from '../../../build/worker-thread.js'

const parser = (name, answer) => (options) =>
  sessionParser({ name, create: () => ({ feed: (side, bytes, timestamp) => answer(bytes, timestamp, options, side) }) })

class Greeting {
  constructor(text) {
    this.text = text
  }
}

function rich(bytes, timestamp, options) {
  const part = { bytes: bytes.subarray(0, 2), at: [timestamp] }
  const message = {
    options,
    part,
    again: part,
    ['__proto__']: 'a name like any other',
    day: new Date(0),
    none: undefined,
  }
  message.self = message
  return [message]
}

serve({
  parsers: {
    http,
    rich: parser('rich', rich),
    greeting: parser('greeting', () => [new Greeting('hello')]),
    odd: parser('odd', () => [new ParserAnomaly('protocol_violation', 'odd')]),
    throwing: parser('throwing', () => {
      throw new RangeError('too much')
    }),
    functions: parser('functions', () => [{ call: { me: () => 1 } }]),
    crash: parser('crash', () => {
      setTimeout(() => {
        throw new Error('on purpose')
      })
      return []
    }),
    exit: parser('exit', () => process.exit(3)),
    endless: parser('endless', () => {
      for (;;);
    }),
  },
})
