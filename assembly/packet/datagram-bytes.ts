import {
  G_FRAGMENTS,
  G_HEADER,
  G_HEADER_LENGTH,
  G_HIGHEST,
  G_LENGTH,
  G_NEXT_HEADER,
  G_RECEIVED,
  openPage,
  pageOf,
  UNKNOWN,
} from './datagrams'
import { fragmentMore } from './fragment'
import { dataAt, hasAny, lengthAt, markPresent, PAGE_BYTES, setLengthAt } from './fragment-pool'

/** What a datagram in progress has of its bytes, page by page, and what it knows of its end. */

/** Whether a fragment that ends here contradicts what is known of the datagram's end; notes it if not. */
export function contradictsEnd(datagram: usize, fragmentEnd: usize): bool {
  const end = <u32>fragmentEnd
  const length = load<u32>(datagram, G_LENGTH)
  const highest = max<u32>(load<u32>(datagram, G_HIGHEST), end)
  store<u32>(datagram, highest, G_HIGHEST)
  if (fragmentMore) return length != UNKNOWN && end >= length
  if (length != UNKNOWN) return end != length
  store<u32>(datagram, end, G_LENGTH)
  return highest != end
}

/** Whether any of these bytes is there. */
export function overlaps(datagram: usize, start: usize, end: usize): bool {
  for (let at = start; at < end; at = nextPage(at)) {
    const block = pageOf(datagram, at / PAGE_BYTES)
    if (block != 0 && hasAny(block, at % PAGE_BYTES, inPage(at, end))) return true
  }
  return false
}

function nextPage(at: usize): usize {
  return (at | (PAGE_BYTES - 1)) + 1
}

/** Where in the page of `at` bytes that go on to `end` end. */
function inPage(at: usize, end: usize): usize {
  return min<usize>(end, nextPage(at)) - (at & ~(PAGE_BYTES - 1))
}

/** Whether exactly these bytes came as one fragment before. */
export function isCopy(datagram: usize, start: usize, payload: usize, length: usize): bool {
  const first = pageOf(datagram, start / PAGE_BYTES)
  if (first == 0 || lengthAt(first, start % PAGE_BYTES) != length) return false
  const end = start + length
  for (let at = start; at < end; at = nextPage(at)) {
    const from = at % PAGE_BYTES
    const block = pageOf(datagram, at / PAGE_BYTES)
    if (memory.compare(dataAt(block, from), payload + (at - start), inPage(at, end) - from) != 0) return false
  }
  return true
}

/** Keeps the IP header of the first fragment, and the protocol behind it. */
export function keepHeader(datagram: usize, header: usize, headerLength: usize, next: u32): void {
  memory.copy(datagram + G_HEADER, header, headerLength)
  store<u32>(datagram, <u32>headerLength, G_HEADER_LENGTH)
  store<u32>(datagram, next, G_NEXT_HEADER)
}

/** Keeps bytes of which none is there yet; there must be blocks for them. */
export function keepBytes(datagram: usize, start: usize, payload: usize, length: usize): void {
  const end = start + length
  for (let at = start; at < end; at = nextPage(at)) {
    const from = at % PAGE_BYTES
    const to = inPage(at, end)
    const block = openPage(datagram, at / PAGE_BYTES)
    memory.copy(dataAt(block, from), payload + (at - start), to - from)
    markPresent(block, from, to)
  }
  setLengthAt(pageOf(datagram, start / PAGE_BYTES), start % PAGE_BYTES, length)
  store<u32>(datagram, load<u32>(datagram, G_FRAGMENTS) + 1, G_FRAGMENTS)
  store<u32>(datagram, load<u32>(datagram, G_RECEIVED) + <u32>length, G_RECEIVED)
}

/** Copies the first `length` bytes of a datagram that is complete. */
export function copyBytes(datagram: usize, length: usize, to: usize): void {
  for (let at: usize = 0; at < length; at += PAGE_BYTES) {
    const block = pageOf(datagram, at / PAGE_BYTES)
    memory.copy(to + at, dataAt(block, 0), inPage(at, length))
  }
}
