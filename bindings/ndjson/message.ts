import type { ParserMessage } from '../driver/driver-events'
import type { FlowKey } from '../extract/flow-key'
import type { DnsMessage, DnsUnanswered } from '../parsers/dns/index'
import type { HttpMessage } from '../parsers/http/index'
import type { TlsMessage } from '../parsers/tls/index'
import type { FlowSide } from '../tracker/vocabulary'
import { integer, jsonText, time } from './json'
import { dnsFields } from './messages/dns'
import type { Fields } from './messages/fields'
import { httpFields } from './messages/http'
import { type CertificateDecoder, tlsFields } from './messages/tls'

/** A message of any parser. */
export type AnyMessage = ParserMessage<string, unknown, FlowKey, unknown>

/** How messages are written. */
export interface MessageLineOptions {
  /** `decodeCertificate` of `flowscope/x509`: without it a certificate is told by its size and SHA-256 only. */
  readonly decodeCertificate?: CertificateDecoder
}

/** The line of a message: what protocols tell are fields of the line. */
export function messageLine(event: AnyMessage, options: MessageLineOptions = {}): string {
  const { flow, timestamp, protocol } = event
  const fields = jsonText(fieldsOf(event, options))
  return (
    `{"type":"message","flow":${integer(flow)},"time":${time(timestamp)},"side":"${senderOf(event)}"` +
    `,"protocol":${jsonText(protocol)}${fields === '{}' ? '' : ','}${fields.slice('{'.length)}\n`
  )
}

/** Who sent it: the side whose bytes completed it, but where the protocol knows better. */
export function senderOf({ protocol, message, side }: AnyMessage): FlowSide {
  return protocol === 'http' ? (message as HttpMessage).side : side
}

/** Parsers of the user's own tell what `JSON.stringify` writes of their messages. */
function fieldsOf({ protocol, message }: AnyMessage, { decodeCertificate }: MessageLineOptions): Fields {
  switch (protocol) {
    case 'http':
      return httpFields(message as HttpMessage)
    case 'tls':
      return tlsFields(message as TlsMessage, decodeCertificate)
    case 'dns':
      return dnsFields(message as DnsMessage | DnsUnanswered)
    default:
      return isObject(message) ? message : { message }
  }
}

function isObject(message: unknown): message is Fields {
  return typeof message === 'object' && message !== null && !Array.isArray(message)
}
