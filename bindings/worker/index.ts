/**
 * Drivers that run in workers: what users import as `flowscope/worker`.
 *
 * @module
 */

export { WorkerError } from '../common/errors'
export type { PortLike, WorkerLike } from '../platform/platform'
export type { ParserChoice, SentOptions } from './protocol'
export {
  type ChosenParsers,
  type StandardParsers,
  WorkerDriver,
  type WorkerDriverOptions,
} from './worker-driver'
