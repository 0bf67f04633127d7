import { COLD_SIZE, F_FLAGS, FLOW_LIVE, HOT_SIZE } from '../../layout'
import { takePages } from '../../memory/__tests__/pages'
import {
  coldRecord,
  freeRecord,
  hotRecord,
  isLive,
  liveRecords,
  placeRecords,
  recordsBytes,
  takeRecord,
  usedRecords,
} from '../records'

const AREA: usize = takePages(2)
memory.fill(AREA, 0xee, 131072)
placeRecords(AREA, 100)

describe('flow records', () => {
  it('are dead before they are first used, whatever the memory held', () => {
    expect<usize>(liveRecords()).toBe(0)
    expect<usize>(usedRecords()).toBe(0)
    for (let i: usize = 0; i < 120; i++) expect<bool>(isLive(i)).toBe(false)
  })

  it('are handed out lowest first, the hot part clean', () => {
    for (let i: usize = 0; i < 5; i++) {
      expect<usize>(takeRecord()).toBe(i)
      expect<u8>(load<u8>(hotRecord(i), F_FLAGS)).toBe(<u8>FLOW_LIVE)
      let sum: u32 = 0
      for (let byte: usize = 0; byte < HOT_SIZE; byte++) sum += load<u8>(hotRecord(i) + byte)
      expect<u32>(sum).toBe(FLOW_LIVE)
    }
    expect<usize>(liveRecords()).toBe(5)
    expect<usize>(usedRecords()).toBe(5)
  })

  it('are used again, the one freed last first, and clean again', () => {
    memory.fill(hotRecord(1), 0xff, HOT_SIZE)
    memory.fill(hotRecord(3), 0xff, HOT_SIZE)
    freeRecord(1)
    freeRecord(3)
    expect<bool>(isLive(1)).toBe(false)
    expect<bool>(isLive(2)).toBe(true)
    expect<bool>(isLive(3)).toBe(false)
    expect<usize>(liveRecords()).toBe(3)
    expect<usize>(takeRecord()).toBe(3)
    expect<usize>(takeRecord()).toBe(1)
    expect<u64>(load<u64>(hotRecord(1), 32)).toBe(0)
    expect<usize>(takeRecord()).toBe(5)
    expect<usize>(liveRecords()).toBe(6)
    expect<usize>(usedRecords()).toBe(6)
  })

  it('do not overlap', () => {
    for (let i: usize = 0; i < 99; i++) {
      expect<usize>(hotRecord(i + 1) - hotRecord(i)).toBe(HOT_SIZE)
      expect<usize>(coldRecord(i + 1) - coldRecord(i)).toBe(COLD_SIZE)
    }
    expect<bool>(coldRecord(0) >= hotRecord(99) + HOT_SIZE).toBe(true)
    expect<u64>(<u64>(coldRecord(99) + COLD_SIZE - AREA)).toBe(recordsBytes(100))
  })

  it('keep their contents and the list of free ones when there is room for more', () => {
    for (let i: usize = 0; i < 6; i++) {
      memory.fill(hotRecord(i) + 32, <u8>(i + 1), 96)
      memory.fill(coldRecord(i), <u8>(i + 101), COLD_SIZE)
    }
    freeRecord(0)
    freeRecord(4)
    placeRecords(AREA, 300)
    for (let i: usize = 1; i < 6; i++) {
      if (i == 4) continue
      expect<bool>(isLive(i)).toBe(true)
      expect<u8>(load<u8>(hotRecord(i) + 32)).toBe(<u8>(i + 1))
      expect<u8>(load<u8>(hotRecord(i) + 127)).toBe(<u8>(i + 1))
      expect<u8>(load<u8>(coldRecord(i))).toBe(<u8>(i + 101))
      expect<u8>(load<u8>(coldRecord(i) + COLD_SIZE - 1)).toBe(<u8>(i + 101))
    }
    expect<usize>(takeRecord()).toBe(4)
    expect<usize>(takeRecord()).toBe(0)
    expect<usize>(takeRecord()).toBe(6)
    for (let i: usize = 7; i < 300; i++) expect<bool>(isLive(i)).toBe(false)
  })
})
