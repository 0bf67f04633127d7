import { K_NUMBER } from '../layout'
import { writeAnomaly } from '../output/events'
import { shard, tellsAnomalies } from './config'
import { coldRecord } from './records'
import { count, counter } from './statistics'

/** Counts an anomaly of a flow in the counter at `offset` and tells it where anomalies are wanted. */
export function noteAnomaly(kind: u32, offset: usize, side: u32, index: usize, time: u64, value: f64): void {
  count(offset)
  if (tellsAnomalies)
    writeAnomaly(kind, side, index, load<u64>(coldRecord(index), K_NUMBER), time, value, counter(offset))
}

/** Whether what concerns no flow is told here: of several shards that see it, one tells it. */
let isTeller: bool = true

/** @param isMine the packet at work is of a flow of this shard's; what belongs to none is the first shard's to tell */
export function chooseTeller(isMine: bool, isForeign: bool): void {
  isTeller = isMine || (shard == 0 && !isForeign)
}

/** Likewise for one that concerns no flow, and whose counter has been counted already. */
export function noteTrackerAnomaly(kind: u32, offset: usize, time: u64, value: f64): void {
  if (tellsAnomalies && isTeller) writeAnomaly(kind, 0, 0, 0, time, value, counter(offset))
}
