import { checkBoolean } from '../../common/options'
import { type Binding, type SessionProtocol, type Signature, sessionParser } from '../../session/protocol'
import { resolveTlsOptions, type TlsOptions } from './options'
import { type TlsEvent, TlsSession } from './session'
import { lateSignature, tlsSignature } from './signature'

/** Bytes of a side in which TLS must begin for its flow to be found on a port that is not TLS's. */
const LATEST_BEGINNING = 4096

/** IANA's service names for TLS from the first byte on, and the usual alternative of https. */
const PORTS = [443, 465, 563, 636, 853, 989, 990, 992, 993, 994, 995, 5061, 5671, 8443, 8883]

/** What {@link tls} reads, and of which flows. */
export interface TlsProtocolOptions extends TlsOptions, Pick<Binding, 'matches'> {
  /** Ports at either end whose flows are read from the first byte on. Default those of TLS in IANA's registry. */
  readonly ports?: readonly number[]
  /** On other ports, find also TLS that begins behind something else, such as STARTTLS. Default true. */
  readonly startTls?: boolean
}

/**
 * TLS over TCP, for a list of parsers: on its ports, and on any other where a side begins with a hello.
 *
 * @throws ConfigError
 */
export function tls(options: TlsProtocolOptions = {}): SessionProtocol<'tls', TlsEvent> {
  const { binding, config } = splitOptions(options)
  return sessionParser({ name: 'tls', ...binding, create: () => new TlsSession(config) })
}

/** What is for the driver, and what for the parser. @throws ConfigError */
export function splitOptions({ ports = PORTS, startTls = true, matches, ...config }: TlsProtocolOptions) {
  checkBoolean(startTls, 'tls.startTls')
  resolveTlsOptions(config)
  return { binding: { ports, signature: signature(startTls), ...(matches && { matches }) }, config }
}

function signature(isLateToo: boolean): Signature {
  return (bytes, _side, offset) => {
    const verdict = offset === 0 ? tlsSignature(bytes) : 'no'
    if (verdict !== 'no') return verdict === 'yes' || undefined
    if (!isLateToo) return false
    const late = lateSignature(bytes)
    return late === true || offset + bytes.length < LATEST_BEGINNING ? late : false
  }
}
