import {
  D_CROWDED_OUT,
  D_EARLIER_BYTES,
  D_EARLIER_PACKETS,
  D_FLAGS,
  D_FRAGMENT_FAULT,
  D_FRAGMENT_VALUE,
  D_GIVEN_UP,
  D_TIMED_OUT,
  D_WIRE,
  PACKET_FRAGMENT_CUT,
  PACKET_FRAGMENT_DROPPED,
  PACKET_FRAGMENT_NOTES,
  PACKET_HELD,
  PACKET_REASSEMBLED,
} from '../layout'
import { CUT, DISCARDED, freePages, G_BYTES, G_PACKETS, G_STATE, GATHERING, removeDatagram } from './datagrams'
import { fragmentOffset } from './fragment'

/** What comes of the fragments of a packet, till `settleFragments` writes it down, and of their datagrams. */

/** A fragment that is tracked for itself. */
export const SEPARATE: usize = 0
/** A fragment that is held, or dropped: its packet has no flow. */
export const PUT_ASIDE: usize = 1

let isTouched: bool = false
let isHeld: bool = false
let isDropped: bool = false
let isCut: bool = false
let earlierPackets: u32 = 0
let earlierBytes: u64 = 0
let fault: u32 = 0
let faultValue: u32 = 0

// What was given up since the notes were cleared.
/** Packets that were held. */
export let givenUp: u32 = 0
/** Datagrams that were not complete in time. */
export let timedOut: u32 = 0
/** Datagrams that went because of a bound. */
export let crowdedOut: u32 = 0

/** The packet has a fragment. */
export function touchPacket(): void {
  isTouched = true
}

/** Writes what has come of the packet's fragments into its descriptor. False: the packet has no flow. */
export function settleFragments(d: usize): bool {
  if (!isTouched) return true
  let flags = load<u32>(d, D_FLAGS)
  if (earlierPackets != 0) {
    flags |= PACKET_REASSEMBLED
    store<u32>(d, earlierPackets, D_EARLIER_PACKETS)
    store<u64>(d, earlierBytes, D_EARLIER_BYTES)
  }
  if (isHeld) flags |= PACKET_HELD
  if (isDropped) flags |= PACKET_FRAGMENT_DROPPED
  if (isCut) flags |= PACKET_FRAGMENT_CUT
  if ((givenUp | timedOut | crowdedOut | fault) != 0) {
    flags |= PACKET_FRAGMENT_NOTES
    store<u32>(d, givenUp, D_GIVEN_UP)
    store<u32>(d, timedOut, D_TIMED_OUT)
    store<u32>(d, crowdedOut, D_CROWDED_OUT)
    store<u32>(d, fault, D_FRAGMENT_FAULT)
    store<u32>(d, faultValue, D_FRAGMENT_VALUE)
    clearNotes()
  }
  store<u32>(d, flags, D_FLAGS)
  const hasFlow = !isHeld && !isDropped
  isTouched = false
  isHeld = false
  isDropped = false
  isCut = false
  earlierPackets = 0
  earlierBytes = 0
  fault = 0
  return hasFlow
}

/** What was given up has been told. */
export function clearNotes(): void {
  givenUp = 0
  timedOut = 0
  crowdedOut = 0
}

/** Its packet, and those it stands for, wait for the rest. */
export function hold(d: usize, datagram: usize): usize {
  addPackets(d, datagram)
  earlierPackets = 0
  earlierBytes = 0
  isHeld = true
  return PUT_ASIDE
}

function addPackets(d: usize, datagram: usize): void {
  store<u32>(datagram, load<u32>(datagram, G_PACKETS) + earlierPackets + 1, G_PACKETS)
  store<u64>(datagram, load<u64>(datagram, G_BYTES) + earlierBytes + <u64>load<u32>(d, D_WIRE), G_BYTES)
}

/** It is of no use. */
export function drop(anomaly: u32): usize {
  isDropped = true
  if (anomaly != 0) {
    fault = anomaly
    faultValue = fragmentOffset
  }
  return PUT_ASIDE
}

/** Neither it nor any other of its datagram is of use. */
export function discard(datagram: usize, anomaly: u32): usize {
  empty(datagram)
  store<u32>(datagram, DISCARDED, G_STATE)
  return drop(anomaly)
}

/** Its datagram cannot be put together: not all of it was captured. */
export function cut(datagram: usize): usize {
  empty(datagram)
  store<u32>(datagram, CUT, G_STATE)
  isCut = true
  return SEPARATE
}

/** There is no room for it. */
export function refuse(datagram: usize): usize {
  crowdedOut++
  return discard(datagram, 0)
}

/** Its datagram is complete: the packet stands for those that were held, too. */
export function release(datagram: usize): void {
  earlierPackets += load<u32>(datagram, G_PACKETS)
  earlierBytes += load<u64>(datagram, G_BYTES)
  removeDatagram(datagram)
}

/** Gives up what is held of a datagram. */
function empty(datagram: usize): void {
  givenUp += load<u32>(datagram, G_PACKETS)
  store<u32>(datagram, 0, G_PACKETS)
  freePages(datagram)
}

/** Takes out a datagram that was not complete in time. */
export function timeOut(datagram: usize): void {
  if (load<u32>(datagram, G_STATE) == GATHERING) timedOut++
  empty(datagram)
  removeDatagram(datagram)
}

/** Takes out a datagram to make room. */
export function crowdOut(datagram: usize): void {
  if (load<u32>(datagram, G_STATE) == GATHERING) crowdedOut++
  empty(datagram)
  removeDatagram(datagram)
}
