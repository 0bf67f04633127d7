/**
 * For the module of a worker with parsers of your own: what users import as `flowscope/worker-thread`.
 *
 * @module
 */

export { serve } from './serve'
export type { WorkerOffer } from './server'
