import { E_LENGTH } from '../layout'

/** Bytes of the event buffer: a batch of packet events fits many times over, and it stays in the second-level cache. */
export const RING_SIZE: usize = 262144

let base: usize = 0
let cursor: usize = 0

/** Puts the event buffer at this address. */
export function placeRing(address: usize): void {
  base = address
  cursor = address
}

export function ringStart(): usize {
  return base
}

export function ringEnd(): usize {
  return cursor
}

/** The host has read all events. */
export function clearRing(): void {
  cursor = base
}

/** Whether `bytes` more fit. */
export function ringHasRoom(bytes: usize): bool {
  return RING_SIZE - (cursor - base) >= bytes
}

/** Takes `length` bytes (a multiple of 8) for an event. The caller has asked `ringHasRoom`. */
export function takeEvent(length: usize): usize {
  const event = cursor
  cursor += length
  store<u16>(event, <u16>length, E_LENGTH)
  return event
}
