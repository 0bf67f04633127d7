import { MAX_INTERFACES } from '../layout'
import { DEFAULT_RESOLUTION, nanosecondsPerTick, toNanoseconds } from './timestamps'

/** The interfaces of the pcapng section that is being read, in the order of their ids from 0 on. */

const LINK_TYPE: usize = 0 // u32, LINKTYPE_*
const SNAP_LENGTH: usize = 4 // u32, 0 for no limit
const RESOLUTION: usize = 8 // u32, if_tsresol
const NANOSECONDS: usize = 12 // u32, nanoseconds in a tick where `offset` is 0 and that is whole, else 0
const OFFSET: usize = 16 // i64, if_tsoffset, seconds
const LAST_TICK: usize = 24 // u64, ticks beyond do not fit 64 bits of nanoseconds
const INTERFACE_SIZE: usize = 32

const table: usize = memory.data(32768, 8)

/** Interfaces of the section so far: their ids are less than this. */
export let interfaceCount: usize = 0

export function clearInterfaces(): void {
  interfaceCount = 0
}

/** Adds the next interface, with microseconds since 1970 for time. False if there are MAX_INTERFACES already. */
export function addInterface(linkType: u32, snapLength: u32): bool {
  if (interfaceCount == MAX_INTERFACES) return false
  const entry = table + interfaceCount * INTERFACE_SIZE
  interfaceCount++
  store<u32>(entry, linkType, LINK_TYPE)
  store<u32>(entry, snapLength, SNAP_LENGTH)
  setClock(entry, DEFAULT_RESOLUTION, 0)
  return true
}

/** Sets if_tsresol of the interface that was added last. */
export function setResolution(resolution: u32): void {
  const entry = table + (interfaceCount - 1) * INTERFACE_SIZE
  setClock(entry, resolution, load<i64>(entry, OFFSET))
}

/** Sets if_tsoffset, in seconds, of the interface that was added last. */
export function setTimeOffset(offset: i64): void {
  const entry = table + (interfaceCount - 1) * INTERFACE_SIZE
  setClock(entry, load<u32>(entry, RESOLUTION), offset)
}

/** Address of an interface, whose id the caller has checked against interfaceCount. */
export function interfaceAt(id: u32): usize {
  return table + <usize>id * INTERFACE_SIZE
}

export function linkTypeOf(entry: usize): u32 {
  return load<u32>(entry, LINK_TYPE)
}

/** Bytes of a frame of this length that the interface captures: its SnapLen at the most. */
export function snapped(entry: usize, wire: u32): u32 {
  const limit = load<u32>(entry, SNAP_LENGTH)
  return limit == 0 ? wire : min<u32>(wire, limit)
}

/** Nanoseconds since 1970 of a time stamp of this interface. */
export function timeOf(entry: usize, ticks: u64): u64 {
  const nanoseconds = <u64>load<u32>(entry, NANOSECONDS)
  if (nanoseconds != 0 && ticks <= load<u64>(entry, LAST_TICK)) return ticks * nanoseconds
  return toNanoseconds(ticks, load<u32>(entry, RESOLUTION), load<i64>(entry, OFFSET))
}

function setClock(entry: usize, resolution: u32, offset: i64): void {
  const nanoseconds = offset == 0 ? nanosecondsPerTick(resolution) : 0
  store<u32>(entry, resolution, RESOLUTION)
  store<i64>(entry, offset, OFFSET)
  store<u32>(entry, <u32>nanoseconds, NANOSECONDS)
  store<u64>(entry, nanoseconds == 0 ? 0 : u64.MAX_VALUE / nanoseconds, LAST_TICK)
}
