import {
  C_FLAGS,
  C_IDLE_OTHER,
  C_IDLE_TCP,
  C_IDLE_UDP,
  C_MAX_FLOWS,
  C_SHARD,
  C_SHARDS,
  C_SWEEP_INTERVAL,
  CONFIG_ACCEPT_ANY_RST,
  CONFIG_ANOMALIES,
  CONFIG_CLOCK,
  CONFIG_CRATE_HISTORY,
  CONFIG_IDLE_TIMEOUT_FUNCTION,
  CONFIG_MONOTONIC,
  CONFIG_PACKET_EVENTS,
  PROTOCOL_TCP,
  PROTOCOL_UDP,
} from '../layout'

/** What the host configured, held in globals so that the hot path reads no structure. */
export let maxFlows: usize = 1
export let idleTcp: u64 = 0
export let idleUdp: u64 = 0
export let idleOther: u64 = 0
/** The shortest idle timeout any flow can have, unless the host's function names a shorter one. */
export let shortestIdle: u64 = 0
export let sweepInterval: u64 = 1
export let packetEvents: bool = false
export let monotonic: bool = false
export let asksIdleTimeout: bool = false
export let acceptAnyRst: bool = false
export let crateHistory: bool = false
export let tellsAnomalies: bool = false
export let tellsClock: bool = false
/** How many share the flows, 1 for nobody else, and which of them this is. */
export let shards: u32 = 1
export let shard: u32 = 0

export function readConfig(config: usize): void {
  const flags = load<u32>(config, C_FLAGS)
  maxFlows = max<usize>(load<u32>(config, C_MAX_FLOWS), 1)
  idleTcp = load<u64>(config, C_IDLE_TCP)
  idleUdp = load<u64>(config, C_IDLE_UDP)
  idleOther = load<u64>(config, C_IDLE_OTHER)
  sweepInterval = max<u64>(load<u64>(config, C_SWEEP_INTERVAL), 1)
  packetEvents = (flags & CONFIG_PACKET_EVENTS) != 0
  monotonic = (flags & CONFIG_MONOTONIC) != 0
  asksIdleTimeout = (flags & CONFIG_IDLE_TIMEOUT_FUNCTION) != 0
  acceptAnyRst = (flags & CONFIG_ACCEPT_ANY_RST) != 0
  crateHistory = (flags & CONFIG_CRATE_HISTORY) != 0
  tellsAnomalies = (flags & CONFIG_ANOMALIES) != 0
  tellsClock = (flags & CONFIG_CLOCK) != 0
  shards = max<u32>(load<u32>(config, C_SHARDS), 1)
  shard = load<u32>(config, C_SHARD)
  shortestIdle = asksIdleTimeout ? 0 : min<u64>(idleTcp, min<u64>(idleUdp, idleOther))
}

/** Idle timeout in nanoseconds of a flow whose transport has this IP protocol number. */
export function idleTimeoutOfProtocol(protocol: u32): u64 {
  if (protocol == PROTOCOL_TCP) return idleTcp
  return protocol == PROTOCOL_UDP ? idleUdp : idleOther
}
