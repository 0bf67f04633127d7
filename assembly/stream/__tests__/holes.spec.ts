import { X_HOLE_NEXT, X_HOLE_SINCE } from '../../layout'
import { listHole, oldestHole, unlistHole } from '../holes'
import { random, seed } from './harness'

const SIDES: u32 = 12
const records: usize = memory.data(12 * 192, 8)

function record(i: u32): usize {
  return records + <usize>i * 192
}

/** The list as letters, oldest first. */
function listed(): string {
  let text = ''
  for (let side = oldestHole(); side != 0; side = <usize>load<u32>(side, X_HOLE_NEXT)) {
    text += String.fromCharCode(97 + <i32>((side - records) / 192))
  }
  return text
}

describe('the list of holes', () => {
  it('keeps the order in which they came', () => {
    listHole(record(2), 10)
    listHole(record(0), 11)
    listHole(record(1), 12)
    expect<string>(listed()).toBe('cab')
    listHole(record(2), 99)
    expect<string>(listed()).toBe('cab')
    expect<u64>(load<u64>(record(2), X_HOLE_SINCE)).toBe(10)
    unlistHole(record(0))
    unlistHole(record(0))
    expect<string>(listed()).toBe('cb')
    unlistHole(record(2))
    listHole(record(2), 13)
    expect<string>(listed()).toBe('bc')
    expect<u64>(load<u64>(record(2), X_HOLE_SINCE)).toBe(13)
    unlistHole(record(2))
    unlistHole(record(1))
    expect<usize>(oldestHole()).toBe(0)
  })

  it('is a queue whatever comes and goes', () => {
    seed(5)
    let model = ''
    for (let step = 0; step < 2000; step++) {
      const i = random(SIDES)
      const letter = String.fromCharCode(97 + <i32>i)
      if (random(2) == 0) {
        if (!model.includes(letter)) model += letter
        listHole(record(i), step)
      } else {
        model = model.replace(letter, '')
        unlistHole(record(i))
      }
      expect<string>(listed()).toBe(model)
    }
  })
})
