import { descriptor } from '../capture/batch'
import { finishKey, hashKey } from '../extract/hash'
import {
  D_CANDIDATE,
  D_FLAGS,
  D_HASH,
  D_KEY,
  D_MATCHED,
  D_SIZE,
  KEY_TAGS,
  KEY_WORD0,
  KEY_WORD1,
  PACKET_FOREIGN,
} from '../layout'
import { packetEvents, shard, shards } from './config'
import { coldRecord, hotRecord } from './records'
import { homeSlot } from './slots'
import { isLongKey, likelyFlow, NOT_FOUND } from './table'

/** Receives what `touchBatch` loads, so that the loads are not optimised away. */
const SINK: usize = memory.data(8, 8)

/**
 * Hashes the keys of a batch and touches slots and records, each kind in a loop of its own: cache misses of 64
 * packets overlap instead of following one another.
 */
export function touchBatch(packets: usize, from: usize = 0): void {
  for (let i = from; i < packets; i++) {
    const d = descriptor(i)
    if (load<u8>(d, D_MATCHED) == 0) continue
    const key = d + D_KEY
    finishKey(key)
    const hash = hashKey(load<u64>(key, KEY_WORD0), load<u64>(key, KEY_WORD1), key + KEY_TAGS)
    if (shards != 1 && shardOf(hash) != shard) {
      store<u8>(d, 0, D_MATCHED)
      store<u32>(d, load<u32>(d, D_FLAGS) | PACKET_FOREIGN, D_FLAGS)
      continue
    }
    store<u32>(d, hash, D_HASH)
  }
  // Packets without a flow have the hash of an earlier one here: that is touched in vain, and does no harm.
  const first = descriptor(from)
  const last = descriptor(packets)
  let sum: u64 = 0
  for (let d = first; d < last; d += D_SIZE) sum += load<u64>(homeSlot(load<u32>(d, D_HASH)))
  for (let d = first; d < last; d += D_SIZE) {
    const candidate = likelyFlow(load<u32>(d, D_HASH))
    store<u32>(d, <u32>(candidate + 1), D_CANDIDATE)
    if (candidate == NOT_FOUND) continue
    const hot = hotRecord(candidate)
    const needsCold = packetEvents || isLongKey(load<u64>(d, D_KEY + KEY_WORD1))
    sum += load<u64>(hot) + load<u64>(hot, 64) + load<u64>(select(coldRecord(candidate), hot, needsCold))
  }
  store<u64>(SINK, sum)
}

/** Which shard tracks the flows with this hash: its upper bits decide, since the lower ones choose the slot. */
function shardOf(hash: u32): u32 {
  return <u32>((<u64>hash * shards) >> 32)
}
