import { E_LENGTH } from '../../layout'
import { takePages } from '../../memory/__tests__/pages'
import { clearRing, placeRing, RING_SIZE, ringEnd, ringHasRoom, ringStart, takeEvent } from '../ring'

const AREA: usize = takePages(5)

describe('event ring', () => {
  beforeEach(() => {
    placeRing(AREA)
  })

  it('is empty where it was put', () => {
    expect<usize>(ringStart()).toBe(AREA)
    expect<usize>(ringEnd()).toBe(AREA)
  })

  it('has room for as many bytes as it is long, and no more', () => {
    expect<bool>(ringHasRoom(0)).toBe(true)
    expect<bool>(ringHasRoom(RING_SIZE)).toBe(true)
    expect<bool>(ringHasRoom(RING_SIZE + 1)).toBe(false)
    expect<bool>(ringHasRoom(usize.MAX_VALUE)).toBe(false)
    takeEvent(48)
    expect<bool>(ringHasRoom(RING_SIZE - 48)).toBe(true)
    expect<bool>(ringHasRoom(RING_SIZE - 47)).toBe(false)
  })

  it('puts events one after the other, each with its length', () => {
    expect<usize>(takeEvent(96)).toBe(AREA)
    expect<usize>(takeEvent(256)).toBe(AREA + 96)
    expect<usize>(ringEnd()).toBe(AREA + 352)
    expect<u16>(load<u16>(AREA, E_LENGTH)).toBe(96)
    expect<u16>(load<u16>(AREA + 96, E_LENGTH)).toBe(256)
  })

  it('can be filled to the last byte, and is empty after that when it is cleared', () => {
    const events: usize = RING_SIZE / 64
    for (let i: usize = 0; i < events; i++) {
      expect<bool>(ringHasRoom(64)).toBe(true)
      takeEvent(64)
    }
    expect<bool>(ringHasRoom(0)).toBe(true)
    expect<bool>(ringHasRoom(8)).toBe(false)
    expect<usize>(ringEnd()).toBe(AREA + RING_SIZE)
    clearRing()
    expect<usize>(ringEnd()).toBe(AREA)
    expect<bool>(ringHasRoom(RING_SIZE)).toBe(true)
  })
})
