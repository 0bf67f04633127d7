/**
 * Drivers that run in workers: what users import as `flowscope/worker`.
 *
 * @module
 */

export { WorkerError } from '../common/errors'
export type { PortLike, WorkerLike } from '../platform/platform'
export type { ParserChoice, SentOptions } from './protocol'
export { WorkerDriver } from './worker-driver'
export type { ChosenParsers, StandardParsers, WorkerDriverOptions } from './worker-options'
