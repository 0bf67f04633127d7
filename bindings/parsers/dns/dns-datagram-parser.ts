import type { Timestamp } from '../../packet/timestamp'
import type { DatagramParser } from '../../session/datagram-parser'
import type { FlowSide } from '../../tracker/vocabulary'
import type { DnsContext, DnsEvent } from './context'
import { type DnsCarrier, decodeMessage } from './decode'
import type { DnsService } from './message'

/** DNS in UDP, RFC 1035 section 4.2.1: a message in each datagram. */
export class DnsDatagramParser implements DatagramParser<DnsEvent> {
  readonly #context: DnsContext
  readonly #carrier: DnsCarrier

  constructor(context: DnsContext, service: DnsService) {
    this.#context = context
    this.#carrier = CARRIERS[service]
  }

  feed(side: FlowSide, payload: Uint8Array, timestamp: Timestamp): DnsEvent[] {
    const events: DnsEvent[] = []
    const message = decodeMessage(payload, this.#carrier, timestamp)
    if (message) this.#context.message(this, side, this.#carrier, message, events)
    else this.#context.anomaly('dns_short_message', events)
    return events
  }

  tick(now: Timestamp): DnsEvent[] | undefined {
    return this.#context.expired(this, now)
  }

  end(): DnsEvent[] | undefined {
    return this.#context.ended(this)
  }
}

const CARRIERS: Readonly<Record<DnsService, DnsCarrier>> = {
  dns: { transport: 'udp', service: 'dns' },
  mdns: { transport: 'udp', service: 'mdns' },
  llmnr: { transport: 'udp', service: 'llmnr' },
}
