/**
 * Where in the capture events belong, told by a record before the first event of each place, so that those of several
 * shards can be put in one order.
 */

/** Whether places are told. */
export let tellsPlaces: bool = false
/** Whether the place at work has not been told yet. */
export let isPlaceNew: bool = false
/** Number of the packet, counted from 1. */
export let placePacket: u64 = 0
/** PLACE_* */
export let placePhase: u32 = 0

export function tellPlaces(tells: bool): void {
  tellsPlaces = tells
}

/** What is told from now on belongs here. */
export function setPlace(packet: u64, phase: u32): void {
  if (!tellsPlaces || (packet == placePacket && phase == placePhase)) return
  placePacket = packet
  placePhase = phase
  isPlaceNew = true
}

/** The same for what the host asks for, behind this packet: told again, since the host may have been elsewhere since. */
export function setPlaceBehind(packet: u64, phase: u32): void {
  if (!tellsPlaces) return
  placePacket = packet
  placePhase = phase
  isPlaceNew = true
}

export function placeTold(): void {
  isPlaceNew = false
}
