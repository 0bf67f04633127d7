/**
 * Passive flow tracking for packet captures: what users import.
 *
 * @module
 */

export {
  BusyError,
  CaptureError,
  type CaptureErrorCode,
  ConfigError,
  DisposedError,
  ExtractorError,
  FlowscopeError,
  FrameError,
  ModuleError,
  OutOfMemoryError,
  SourceError,
  StaleViewError,
} from './common/errors'
export { load, type ModuleSource } from './core/module'
export type { Encapsulation, EncapsulationKind } from './extract/encapsulation'
export { type Endpoint, formatEndpoint, type IpEndpoint, type MacEndpoint } from './extract/endpoint'
export type { Extracted, IcmpInfo, TcpInfo } from './extract/extracted'
export {
  type AutoDetectOptions,
  autoDetectEncap,
  type CustomExtraction,
  type CustomOptions,
  type CustomTcp,
  customExtractor,
  type EncapPorts,
  type EncapVariants,
  type Extractor,
  type ExtractorFunction,
  type ExtractorNode,
  type FiveTupleOptions,
  fiveTuple,
  flowLabel,
  innerGre,
  innerGtpU,
  innerVxlan,
  ipPair,
  macPair,
  type Orientation,
  stripMpls,
  stripVlan,
  type TagOptions,
  type TunnelOptions,
} from './extract/extractor'
export { FlowExtractor } from './extract/flow-extractor'
export type {
  CustomKey,
  EndpointOf,
  FiveTupleKey,
  FlowKey,
  FlowKeyJson,
  IpPairKey,
  MacPairKey,
  TunnelTag,
} from './extract/flow-key'
export { LinkType, linkTypeName } from './packet/link-type'
export { PacketView, type PacketViewOptions } from './packet/packet-view'
export type { Protocol } from './packet/protocol'
export { TcpFlag } from './packet/tcp-flag'
export { Timestamp } from './packet/timestamp'
export { bytesSource } from './sources/bytes-source'
export type { CaptureInput } from './sources/capture-input'
export type { CaptureSource } from './sources/capture-source'
export { fileSource } from './sources/file-source'
export { stdinSource } from './sources/stdin-source'
export { type ByteStream, streamSource } from './sources/stream-source'
export type {
  FlowTrackerChanges,
  FlowTrackerConfig,
  FlowTrackerOptions,
  IdleTimeoutFunction,
  IdleTimeouts,
} from './tracker/config'
export type {
  EndedEvent,
  EstablishedEvent,
  FlowEvent,
  PacketEvent,
  StartedEvent,
  StateChangeEvent,
} from './tracker/events'
export type { FlowEntry } from './tracker/flow-entry'
export type { FlowStats, SideStats } from './tracker/flow-stats'
export { FlowTracker, type ReadOptions, type ReadProgress, type ReadSyncOptions } from './tracker/flow-tracker'
export { type FlowsOptions, flows } from './tracker/flows'
export type { TrackerStats, UnsupportedLinkType } from './tracker/tracker-stats'
export { type EndReason, type FlowSide, type FlowState, isTerminal } from './tracker/vocabulary'
