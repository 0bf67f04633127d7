import { takePages } from '../../memory/__tests__/pages'
import { callSlot, hang, nextDue, placeWheel, unhang, WHEEL_SLOTS, wheelBytes } from '../wheel'
import { randomBelow, seedRandom } from './random'

const AREA: usize = takePages(4)
const FLOWS: usize = 200
const NOWHERE: i32 = -1
const DUE: i32 = -2

/** Where the model says that each flow hangs: a slot, in the due list, or nowhere. */
const where = new StaticArray<i32>(<i32>FLOWS)

/** Takes all flows from the due list, as text in their order. */
function due(): string {
  let text = ''
  for (let index = nextDue(); index >= 0; index = nextDue()) {
    text += (text.length > 0 ? ' ' : '') + index.toString()
    unhang(<usize>index)
  }
  return text
}

placeWheel(AREA, 0)

describe('timing wheel', () => {
  afterEach(() => {
    for (let slot: usize = 0; slot < WHEEL_SLOTS; slot++) callSlot(slot)
    due()
  })

  it('has nothing due at first', () => {
    callSlot(0)
    expect<isize>(nextDue()).toBe(-1)
  })

  it('makes due what hangs in the called slot, in the order in which it was hung, and nothing else', () => {
    hang(5, 10)
    hang(3, 10)
    hang(4, 11)
    callSlot(9)
    expect<string>(due()).toBe('')
    callSlot(10)
    expect<string>(due()).toBe('5 3')
    callSlot(10)
    expect<string>(due()).toBe('')
    callSlot(11)
    expect<string>(due()).toBe('4')
  })

  it('keeps a flow due until it is unhung', () => {
    hang(1, 3)
    callSlot(3)
    expect<isize>(nextDue()).toBe(1)
    expect<isize>(nextDue()).toBe(1)
    unhang(1)
    expect<isize>(nextDue()).toBe(-1)
  })

  it('lets a flow be taken out of a slot and of the due list, at any place', () => {
    for (let i: usize = 0; i < 6; i++) hang(i, 7)
    unhang(0)
    unhang(3)
    callSlot(7)
    unhang(1)
    unhang(4)
    expect<string>(due()).toBe('2 5')
  })

  it('adds a called slot behind what is due already', () => {
    hang(1, 1)
    hang(2, 2)
    callSlot(2)
    callSlot(1)
    expect<string>(due()).toBe('2 1')
  })

  it('calls a flow that is due more than a turn ahead once a turn', () => {
    const tick = <u64>5_000_000_000
    hang(9, tick + WHEEL_SLOTS * 3)
    callSlot(tick)
    expect<string>(due()).toBe('9')
    hang(9, u64.MAX_VALUE)
    callSlot(WHEEL_SLOTS - 1)
    expect<string>(due()).toBe('9')
  })

  it('agrees with a plain model over 40 000 random operations', () => {
    seedRandom(2)
    for (let i = 0; i < <i32>FLOWS; i++) where[i] = NOWHERE
    let wrong = 0
    for (let step = 0; step < 40_000; step++) {
      const index = <i32>randomBelow(<u32>FLOWS)
      const slot = <i32>randomBelow(5) * 127
      const action = randomBelow(8)
      if (action == 0) {
        callSlot(<u64>slot + WHEEL_SLOTS * <u64>randomBelow(3))
        for (let i = 0; i < <i32>FLOWS; i++) if (where[i] == (slot & 511)) where[i] = DUE
      } else if (action == 1) {
        const first = <i32>nextDue()
        let any = false
        for (let i = 0; i < <i32>FLOWS; i++) any = any || where[i] == DUE
        wrong += i32(first >= 0 ? where[first] != DUE : any)
        if (first >= 0) {
          unhang(<usize>first)
          where[first] = NOWHERE
        }
      } else if (where[index] == NOWHERE) {
        hang(<usize>index, <u64>slot)
        where[index] = slot & 511
      } else {
        unhang(<usize>index)
        where[index] = NOWHERE
      }
    }
    expect<i32>(wrong).toBe(0)
  })

  it('keeps what hangs in it when it moves to another address', () => {
    hang(0, 20)
    hang(198, 20)
    hang(7, 21)
    callSlot(21)
    const before = AREA
    placeWheel(before + 64, 199)
    memory.fill(before, 0xee, 64)
    expect<string>(due()).toBe('7')
    callSlot(20)
    expect<string>(due()).toBe('0 198')
    placeWheel(before, 199)
  })

  it('takes 8 bytes a flow and 8 a slot', () => {
    expect<u64>(wheelBytes(1_000_000)).toBe((1_000_000 + 513) * 8)
  })
})
