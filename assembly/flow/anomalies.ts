import { K_NUMBER } from '../layout'
import { writeAnomaly } from '../output/events'
import { tellsAnomalies } from './config'
import { coldRecord } from './records'
import { count, counter } from './statistics'

/** Counts an anomaly of a flow in the counter at `offset` and tells it where anomalies are wanted. */
export function noteAnomaly(kind: u32, offset: usize, side: u32, index: usize, time: u64, value: f64): void {
  count(offset)
  if (tellsAnomalies)
    writeAnomaly(kind, side, index, load<u64>(coldRecord(index), K_NUMBER), time, value, counter(offset))
}

/** Likewise for one that concerns no flow, and whose counter has been counted already. */
export function noteTrackerAnomaly(kind: u32, offset: usize, time: u64, value: f64): void {
  if (tellsAnomalies) writeAnomaly(kind, 0, 0, 0, time, value, counter(offset))
}
