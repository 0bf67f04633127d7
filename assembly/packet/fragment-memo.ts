import { PUT_ASIDE, SEPARATE } from './fragment-outcome'
import { MAX_DATAGRAMS_A_FRAME } from './fragment-pool'
import { forgetWhole, useWhole, wholeEnd, wholeNext, wholePayload } from './whole-datagram'

/** A plan with several steps walks a frame more than once: what a fragment came to is kept for the next walk. */

const MEMO_HEADER: usize = 0 // u32, address of the header that says it is a fragment
const MEMO_RESULT: usize = 4 // u32, SEPARATE, PUT_ASIDE, or address of the whole datagram
const MEMO_PAYLOAD: usize = 8 // u32
const MEMO_END: usize = 12 // u32
const MEMO_NEXT: usize = 16 // u32
const MEMO_SIZE: usize = 20
const MEMOS: usize = memory.data(160, 4)
let memos: usize = 0

/** Begins a packet. */
export function beginFragments(): void {
  memos = 0
  forgetWhole()
}

/** Whether it is known what the fragment at `p` came to. Without room to remember it cannot be put with others. */
export function isKnown(p: usize): bool {
  if (memos == MAX_DATAGRAMS_A_FRAME) return true
  for (let i: usize = 0; i < memos; i++) {
    if (<usize>load<u32>(MEMOS + i * MEMO_SIZE, MEMO_HEADER) == p) return true
  }
  return false
}

/** What the fragment came to: SEPARATE, PUT_ASIDE, or the datagram that it completed, whose layers follow. */
export function recall(p: usize): usize {
  for (let i: usize = 0; i < memos; i++) {
    const memo = MEMOS + i * MEMO_SIZE
    if (<usize>load<u32>(memo, MEMO_HEADER) != p) continue
    const result = <usize>load<u32>(memo, MEMO_RESULT)
    if (result != SEPARATE && result != PUT_ASIDE) {
      useWhole(
        result,
        <usize>load<u32>(memo, MEMO_PAYLOAD),
        <usize>load<u32>(memo, MEMO_END),
        load<u32>(memo, MEMO_NEXT),
      )
    }
    return result
  }
  return SEPARATE
}

/** Keeps what the fragment came to, and answers with it. */
export function remember(p: usize, result: usize): usize {
  const memo = MEMOS + memos * MEMO_SIZE
  store<u32>(memo, <u32>p, MEMO_HEADER)
  store<u32>(memo, <u32>result, MEMO_RESULT)
  store<u32>(memo, <u32>wholePayload, MEMO_PAYLOAD)
  store<u32>(memo, <u32>wholeEnd, MEMO_END)
  store<u32>(memo, wholeNext, MEMO_NEXT)
  memos++
  return result
}
