/**
 * Events as lines of JSON: the same lines that the command line prints with `--format ndjson`.
 *
 * @module
 */

export { anomalyLine } from './anomaly'
export { flowLine } from './flow'
export { type AnyMessage, type MessageLineOptions, messageLine } from './message'
export type { CertificateDecoder } from './messages/tls'
export { type FinishedStream, streamLine } from './stream'
export { type Damage, type NamesSeen, type Summary, summaryLine } from './summary'
export { type NdjsonEnd, type NdjsonOptions, NdjsonWriter } from './writer'
