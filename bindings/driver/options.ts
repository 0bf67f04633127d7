import { ConfigError } from '../common/errors'
import { autoDetectEncap, type Extractor, fiveTuple } from '../extract/extractor'
import type { FlowKey } from '../extract/flow-key'
import type { DatagramProtocol, ParserEntry, SessionProtocol } from '../session/protocol'
import type { FlowTrackerOptions } from '../tracker/config'
import type { Listening, StreamOptions } from '../tracker/stream-options'

/** What all drivers are made with. */
export interface CommonDriverOptions<K extends FlowKey, S> extends Omit<FlowTrackerOptions<K, S>, 'streams'> {
  /** Default `autoDetectEncap(fiveTuple())`: the innermost connection. */
  readonly extractor?: Extractor<K>
  /** What putting bytes in order may take. Whose bytes are wanted follows from the parsers. */
  readonly streams?: Omit<StreamOptions, 'tcp' | 'udp'>
  /**
   * Bytes of memory, about, that TCP flows may hold together until signatures have said what they carry. Beyond that
   * those that have held bytes for the longest are given up, each with a `probe_overflow` anomaly. Default 16 MiB.
   */
  readonly maxProbeBuffer?: number
}

/** A list of parsers without nesting. */
export function flatten(parsers: readonly ParserEntry[]): (SessionProtocol | DatagramProtocol)[] {
  if (!Array.isArray(parsers)) throw new ConfigError('parsers', 'must be an array')
  const protocols = parsers.flat()
  for (const protocol of protocols) {
    if (protocol?.transport !== 'tcp' && protocol?.transport !== 'udp') {
      throw new ConfigError('parsers', 'must be what sessionParser() and datagramParser() make')
    }
  }
  return protocols
}

/** K is FiveTupleKey wherever no extractor says otherwise. */
export function defaultExtractor<K extends FlowKey>(): Extractor<K> {
  return autoDetectEncap(fiveTuple()) as Extractor<FlowKey> as Extractor<K>
}

/** The options of the tracker inside a driver. */
export function trackerOptionsOf<K extends FlowKey, S>(
  options: Omit<CommonDriverOptions<K, S>, 'extractor' | 'maxProbeBuffer'>,
  protocols: readonly (SessionProtocol | DatagramProtocol)[],
): FlowTrackerOptions<K, S> {
  const { streams, ...trackerOptions } = options
  const tcp = listeningOf(protocols.filter(({ transport }) => transport === 'tcp'))
  const udp = listeningOf(protocols.filter(({ transport }) => transport === 'udp'))
  if (tcp.length + udp.length === 0) return trackerOptions
  return { ...trackerOptions, streams: { ...streams, tcp, udp } }
}

/** Ports alone can be looked at by the core; all else needs every flow to begin with. */
function listeningOf(protocols: readonly (SessionProtocol | DatagramProtocol)[]): Listening {
  const ports: number[] = []
  for (const protocol of protocols) {
    if (protocol.matches || protocol.signature || !protocol.ports) return 'all'
    ports.push(...protocol.ports)
  }
  return ports
}
