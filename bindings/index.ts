/**
 * Passive flow tracking for packet captures: what users import.
 *
 * @module
 */

export type { Conversation, ConversationData, ConversationGap, ConversationItem } from './adapters/conversation'
export { type Conversations, type ConversationsOptions, conversations } from './adapters/conversations'
export {
  type CaptureTransform,
  eventStream,
  flowStream,
  messageStream,
  packetEventStream,
} from './adapters/web-streams'
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
export { Driver, type DriverOptions, type ParserDriver } from './driver/driver'
export type {
  DriverEvent,
  LifecycleEvent,
  MessageOf,
  ParserClosedEvent,
  ParserCloseReason,
  ParserMessage,
} from './driver/driver-events'
export { FlowDatagramDriver, type FlowDatagramDriverOptions } from './driver/flow-datagram-driver'
export { FlowDriver, type FlowDriverOptions } from './driver/flow-driver'
export { FlowSessionDriver, type FlowSessionDriverOptions } from './driver/flow-session-driver'
export { type MessagesOptions, messages } from './driver/messages'
export type { CommonDriverOptions } from './driver/options'
export type { ProbeStats } from './driver/probe-budget'
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
export { BufferedReassembler, type BufferedReassemblerOptions, type BufferGap } from './session/buffered-reassembler'
export type { DatagramParser } from './session/datagram-parser'
export { ParserAnomaly } from './session/parser-anomaly'
export {
  type Binding,
  type DatagramDefinition,
  type DatagramProtocol,
  datagramParser,
  type ParserEntry,
  type SessionDefinition,
  type SessionProtocol,
  type Signature,
  sessionParser,
} from './session/protocol'
export type { Reassembler, ReassemblerBounds, ReassemblerFactory } from './session/reassembler'
export type {
  FinReason,
  GapAnswer,
  GapDecision,
  HandOver,
  Messages,
  SessionParser,
  StreamGap,
} from './session/session-parser'
export { blobSource } from './sources/blob-source'
export { bodySource } from './sources/body-source'
export { bytesSource } from './sources/bytes-source'
export type { CaptureInput } from './sources/capture-input'
export type { CaptureSource } from './sources/capture-source'
export type { CompressedInput, Decompression, Decompressor } from './sources/compressed/decompression'
export { fileSource } from './sources/file-source'
export { stdinSource } from './sources/stdin-source'
export { type ByteStream, streamSource } from './sources/stream-source'
export type {
  AnomalyEvent,
  FlowAnomaly,
  OverlapConflict,
  Severity,
  TrackerAnomaly,
  TrackerAnomalyEvent,
} from './tracker/anomalies'
export type {
  FlowTrackerChanges,
  FlowTrackerConfig,
  FlowTrackerOptions,
  IdleTimeoutFunction,
  IdleTimeouts,
} from './tracker/config'
export type { DedupOptions } from './tracker/dedup-options'
export type { EventBase } from './tracker/event-base'
export type {
  EndedEvent,
  EstablishedEvent,
  FlowEvent,
  PacketEvent,
  StartedEvent,
  StateChangeEvent,
  TrackerEvent,
} from './tracker/events'
export type { FlowEntry } from './tracker/flow-entry'
export type { FlowStats, SideStats } from './tracker/flow-stats'
export { FlowTracker } from './tracker/flow-tracker'
export { type FlowsOptions, flows } from './tracker/flows'
export type { TrackerObserver } from './tracker/observer'
export { packets } from './tracker/packets'
export type { ReadOptions, ReadProgress, ReadSyncOptions } from './tracker/read-options'
export type {
  DatagramEvent,
  GapReason,
  StreamDataEvent,
  StreamEndEvent,
  StreamGapEvent,
  StreamStoppedEvent,
} from './tracker/stream-events'
export {
  type Listening,
  OVERFLOW_POLICIES,
  OVERLAP_POLICIES,
  type OverflowPolicy,
  type OverlapPolicy,
  type StreamOptions,
} from './tracker/stream-options'
export type { StreamStats } from './tracker/stream-stats'
export type { Tracker } from './tracker/tracker'
export type { FragmentStats, TrackerStats, UnsupportedLinkType } from './tracker/tracker-stats'
export { type EndReason, type FlowSide, type FlowState, isTerminal } from './tracker/vocabulary'
