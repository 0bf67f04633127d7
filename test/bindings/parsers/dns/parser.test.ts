import { describe, expect, it } from 'vitest'
import { ConfigError, type FlowKey, ParserAnomaly } from '../../../../bindings'
import { type DnsMessage, type DnsProtocolOptions, dns, dnsHandler } from '../../../../bindings/parsers/dns'
import { framed, messageBytes, nameBytes, query, questionBytes, RESPONSE, response, seconds } from './support'

type Messages<M> = Iterable<M> | undefined
type Event = DnsMessage | ParserAnomaly

function key(portA: number, portB: number): FlowKey {
  const end = (port: number) => ({ address: '10.0.0.1', port })
  const eitherPort = (port: number) => port === portA || port === portB
  return { kind: 'five-tuple', a: end(portA), b: end(portB), eitherPort } as FlowKey
}

const KEY = key(40_000, 53)

function datagrams(options?: DnsProtocolOptions, of = KEY) {
  const parser = dns(options)
  const flow = parser[1].create(of)
  const seen: Event[] = []
  return {
    parser,
    seen,
    feed: (side: 'initiator' | 'responder', bytes: Uint8Array, time: number) =>
      seen.push(...(flow.feed(side, bytes, seconds(time), bytes.length) ?? [])),
    tick: (time: number) => seen.push(...(flow.tick?.(seconds(time)) ?? [])),
    end: (time: number) => seen.push(...(flow.end?.(seconds(time)) ?? [])),
  }
}

function stream(options?: DnsProtocolOptions) {
  const parser = dns(options)
  const flow = parser[0].create(KEY)
  const seen: Event[] = []
  return {
    parser,
    flow,
    seen,
    feed: (side: 'initiator' | 'responder', bytes: Uint8Array, time: number) =>
      seen.push(...(flow.feed(side, bytes, seconds(time), 0) ?? [])),
  }
}

/** Kinds of messages, and details of anomalies. */
const kinds = (events: readonly Event[]) =>
  events.map((event) => (event instanceof ParserAnomaly ? event.detail : event.kind))

describe('DNS in UDP', () => {
  it('matches responses with queries', () => {
    const { feed, seen, parser } = datagrams()
    feed('initiator', query(1), 1)
    feed('responder', response(1), 1.25)
    expect(seen).toMatchObject([
      { protocol: 'dns', kind: 'query', transport: 'udp', service: 'dns', id: 1 },
      { kind: 'response', id: 1, rttNs: 250_000_000 },
    ])
    expect(parser.stats).toMatchObject({ queries: 1, responses: 1, unanswered: 0, correlator: { matched: 1 } })
  })

  it('tells unanswered queries after the time-out, and when the flow ends', () => {
    const { feed, tick, end, seen, parser } = datagrams({ queryTimeoutSeconds: 5 })
    feed('initiator', query(1), 1)
    feed('initiator', query(2), 4)
    tick(5)
    tick(6)
    end(7)
    expect(seen.slice(2)).toMatchObject([
      { kind: 'unanswered', id: 1, reason: 'timeout', questions: [{ name: 'example.com' }], timestamp: seconds(1) },
      { kind: 'unanswered', id: 2, reason: 'flow_ended' },
    ])
    expect(parser.stats.unanswered).toBe(2)
  })

  it.each([
    ['mdns', 5353],
    ['llmnr', 5355],
  ])('expects no answer in the flow of %s', (service, port) => {
    const { feed, end, seen } = datagrams({}, key(port, port))
    feed('initiator', query(0), 1)
    feed('responder', response(0), 2)
    end(3)
    expect(kinds(seen)).toEqual(['query', 'response'])
    expect(seen[1]).not.toHaveProperty('rttNs')
    expect(seen[0]).toMatchObject({ service })
  })

  it('tells and counts anomalies', () => {
    const { feed, seen, parser } = datagrams()
    feed('responder', response(1).subarray(0, 40), 1)
    feed('responder', Uint8Array.of(1, 2), 1)
    expect(kinds(seen)).toEqual(['response', 'dns_truncated_message', 'dns_short_message'])
    expect(seen[0]).toMatchObject({ anomalies: [{ kind: 'dns_truncated_message', offset: 40 }] })
    expect(seen[1]).toMatchObject({ kind: 'protocol_violation' })
    expect([...parser.stats.anomalies]).toEqual([
      ['dns_truncated_message', 1],
      ['dns_short_message', 1],
    ])
  })

  it('says when too many queries wait', () => {
    const { feed, end, seen, parser } = datagrams({ maxPending: 2 })
    for (const id of [1, 2, 3]) feed('initiator', query(id), id)
    end(4)
    expect(kinds(seen)).toEqual(['query', 'query', 'query', 'dns_query_evicted', 'unanswered', 'unanswered'])
    expect(seen[3]).toMatchObject({ kind: 'parser_limit' })
    expect(parser.stats.correlator.evicted).toBe(1)
  })

  it('shares the bound among flows, and mixes them not up', () => {
    const parser = dns({ maxPending: 2 })
    const flows = [1, 2, 3].map(() => parser[1].create(KEY))
    for (const flow of flows) flow.feed('initiator', query(7), seconds(1), 29)
    const answers = flows.map((flow) => [...(flow.feed('responder', response(7), seconds(2), 45) ?? [])])
    expect(answers.map(([event]) => event && 'rttNs' in event)).toEqual([false, true, true])
  })
})

describe('DNS in TCP', () => {
  it('matches responses in any order', () => {
    const { feed, seen, flow } = stream()
    feed('initiator', framed(query(1, 'a')), 1)
    feed('initiator', framed(query(2, 'b')), 2)
    feed('responder', framed(response(2, 'b')), 3)
    feed('responder', framed(response(1, 'a')), 4)
    expect(seen).toMatchObject([
      { kind: 'query', transport: 'tcp', id: 1 },
      { kind: 'query', id: 2 },
      { kind: 'response', id: 2, rttNs: 1e9 },
      { kind: 'response', id: 1, rttNs: 3e9 },
    ])
    expect(flow.isDone).toBe(false)
  })

  it('tells what is left when both sides have ended', () => {
    const { feed, flow } = stream()
    feed('initiator', framed(query(1)), 1)
    feed('responder', framed(response(9)).subarray(0, 40), 2)
    expect([...(flow.fin?.('initiator', seconds(3), 0, 'flow_ended') ?? [])]).toEqual([])
    const last = [...(flow.fin?.('responder', seconds(3), 0, 'flow_ended') ?? [])]
    expect(last).toMatchObject([
      { detail: 'dns_incomplete_message' },
      { kind: 'response', id: 9, anomalies: [{ kind: 'dns_truncated_message' }] },
      { detail: 'dns_truncated_message' },
      { kind: 'unanswered', id: 1, reason: 'flow_ended' },
    ])
    expect(flow.isDone).toBe(true)
  })

  it('tells the same when it is reset', () => {
    const { feed, flow } = stream()
    feed('initiator', framed(query(1)), 1)
    expect(kinds([...(flow.rst?.(seconds(2), { initiator: 0, responder: 0 }) ?? [])])).toEqual(['unanswered'])
  })

  it('survives a gap', () => {
    const { feed, flow, seen } = stream()
    const bytes = framed(response(1))
    feed('responder', bytes.subarray(0, 20), 1)
    const answer = flow.gap?.('responder', { offset: 20, length: 10, reason: 'timeout' } as never, seconds(2))
    expect(answer).toMatchObject({ decision: 'continue' })
    if (typeof answer === 'object') seen.push(...(answer.messages ?? []))
    feed('responder', bytes.subarray(30), 3)
    feed('responder', framed(response(2)), 4)
    expect(kinds(seen)).toEqual(['dns_incomplete_message', 'response', 'dns_truncated_message', 'response'])
  })

  it('wants no more of a side that is no DNS', () => {
    const { feed, flow, parser } = stream({ maxSearch: 64 })
    feed('initiator', new Uint8Array(200).fill(65), 1)
    expect([flow.skipUntil?.('initiator'), flow.skipUntil?.('responder')]).toEqual([Number.POSITIVE_INFINITY, 0])
    expect(flow.isDone).toBe(false)
    feed('responder', new Uint8Array(200).fill(65), 1)
    expect(flow.isDone).toBe(true)
    expect(parser.stats.anomalies.get('dns_not_dns')).toBe(2)
  })
})

describe('dns()', () => {
  it('is for the ports of DNS, and finds it on others', () => {
    const [session, datagram] = dns()
    expect([session.name, session.transport, datagram.transport]).toEqual(['dns', 'tcp', 'udp'])
    expect([session.ports, datagram.ports]).toEqual([
      [53, 5353, 5355],
      [53, 5353, 5355],
    ])
    expect(datagram.signature?.(query(1), 'initiator', 0)).toBe(true)
    expect(session.signature?.(framed(query(1)), 'initiator', 0)).toBe(true)
    expect(dns({ detect: false })[0]).not.toHaveProperty('signature')
    expect(dns({ ports: [5300] })[1].ports).toEqual([5300])
  })

  it('refuses options that cannot be used', () => {
    for (const options of [{ ports: [-1] }, { maxMessage: 1 }, { maxSearch: -1 }, { nonsense: 1 }, { maxPending: 0 }]) {
      expect(() => dns(options as DnsProtocolOptions)).toThrow(ConfigError)
    }
  })
})

describe('dnsHandler', () => {
  it('calls with the messages that the parser gives', () => {
    const told: Event[] = []
    const expected: Event[] = []
    const tell = (event: DnsMessage) => told.push(event)
    const handled = dnsHandler({ onQuery: tell, onResponse: tell, onUnanswered: tell }, { queryTimeoutSeconds: 5 })
    const plain = dns({ queryTimeoutSeconds: 5 })
    /** Both parsers answer: the one with all, the other with anomalies, which the driver is to tell. */
    const both = (all: Messages<Event>, rest: Messages<Event>) => {
      const anomalies = [...(all ?? [])].filter((event) => event instanceof ParserAnomaly)
      expect([...(rest ?? [])]).toEqual(anomalies)
      expected.push(...[...(all ?? [])].filter((event) => !(event instanceof ParserAnomaly)))
    }

    const datagrams = [plain[1].create(KEY), handled[1].create(KEY)] as const
    const sessions = [plain[0].create(KEY), handled[0].create(KEY)] as const
    const malformed = messageBytes({ flags: RESPONSE, questions: [questionBytes(nameBytes('a'))] }).subarray(0, 14)
    for (const bytes of [query(1), query(2), response(1), malformed, Uint8Array.of(1)]) {
      const side = bytes[2] === 0x81 ? 'responder' : 'initiator'
      const [all, rest] = datagrams.map((flow) => flow.feed(side, bytes, seconds(1), bytes.length))
      both(all, rest)
    }
    both(datagrams[0].tick?.(seconds(9)), datagrams[1].tick?.(seconds(9)))
    both(datagrams[0].end?.(seconds(9)), datagrams[1].end?.(seconds(9)))

    const bytes = framed(query(5))
    const gap = { offset: 10, length: 5, reason: 'timeout' } as never
    both(sessions[0].feed('initiator', bytes, seconds(1), 0), sessions[1].feed('initiator', bytes, seconds(1), 0))
    const answers = sessions.map((flow) => flow.gap?.('initiator', gap, seconds(1)))
    expect(answers.map((answer) => typeof answer === 'object' && answer.decision)).toEqual(['continue', 'continue'])
    for (const side of ['initiator', 'responder'] as const) {
      both(sessions[0].fin?.(side, seconds(2), 0, 'flow_ended'), sessions[1].fin?.(side, seconds(2), 0, 'flow_ended'))
    }
    expect(told).toEqual(expected)
    expect(kinds(told)).toEqual(['query', 'query', 'response', 'response', 'unanswered', 'query', 'unanswered'])
    expect(handled.stats).toEqual(plain.stats)
    expect(sessions[1].isDone).toBe(sessions[0].isDone)
  })
})
