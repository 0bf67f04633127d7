import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ConfigError, type Timestamp } from '../../../../bindings'
import { DnsCorrelator, type DnsQuery, type DnsResponse, decodeMessage } from '../../../../bindings/parsers/dns'
import { messageBytes, query, RESPONSE, response, seconds } from './support'

function queryAt(time: number, id: number, name?: string): DnsQuery {
  return message(query(id, name), seconds(time)) as DnsQuery
}

function responseAt(time: number, id: number, name?: string): DnsResponse {
  return message(response(id, name), seconds(time)) as DnsResponse
}

function message(bytes: Uint8Array, timestamp: Timestamp) {
  return decodeMessage(bytes, { transport: 'udp', service: 'dns' }, timestamp)
}

describe('a correlator', () => {
  it('matches by flow, id and question, whatever the case of letters', () => {
    const correlator = new DnsCorrelator<string>()
    const asked = queryAt(1, 7, 'Example.com')
    correlator.query('flow', asked)
    expect(correlator.response('other', responseAt(2, 7))).toBeUndefined()
    expect(correlator.response('flow', responseAt(2, 8))).toBeUndefined()
    expect(correlator.response('flow', responseAt(2, 7, 'example.org'))).toBeUndefined()
    expect(correlator.response('flow', responseAt(1.000000001, 7, 'eXAMPLE.com'))).toEqual({ query: asked, rttNs: 1 })
    expect(correlator.response('flow', responseAt(2, 7))).toBeUndefined()
    expect(correlator.stats).toEqual({
      pending: 0,
      queries: 1,
      repeatedQueries: 0,
      matched: 1,
      unmatchedResponses: 4,
      unanswered: 0,
      evicted: 0,
    })
  })

  it('matches in the opposite direction only, where directions are given', () => {
    const correlator = new DnsCorrelator<string>()
    correlator.query('flow', queryAt(1, 7), 'initiator')
    expect(correlator.response('flow', responseAt(2, 7), 'initiator')).toBeUndefined()
    expect(correlator.response('flow', responseAt(2, 7), 'responder')).toBeDefined()
  })

  it('keeps queries apart that have the same id', () => {
    const correlator = new DnsCorrelator<string>()
    correlator.query('flow', queryAt(1, 7, 'a'))
    correlator.query('flow', queryAt(2, 7, 'b'))
    expect(correlator.response('flow', responseAt(3, 7, 'b'))?.rttNs).toBe(1e9)
    expect(correlator.response('flow', responseAt(3, 7, 'a'))?.rttNs).toBe(2e9)
  })

  it('matches a response without a question to the oldest query with its id', () => {
    const correlator = new DnsCorrelator<string>()
    correlator.query('flow', queryAt(1, 7, 'a'))
    correlator.query('flow', queryAt(2, 7, 'b'))
    const error = message(messageBytes({ id: 7, flags: RESPONSE | 1 }), seconds(3)) as DnsResponse
    expect(correlator.response('flow', error)?.rttNs).toBe(2e9)
  })

  it('measures from the first of repeated queries', () => {
    const correlator = new DnsCorrelator<string>()
    correlator.query('flow', queryAt(1, 7))
    correlator.query('flow', queryAt(3, 7))
    expect(correlator.response('flow', responseAt(4, 7))?.rttNs).toBe(3e9)
    expect(correlator.stats).toMatchObject({ queries: 1, repeatedQueries: 1 })
  })

  it('takes clocks that run backwards for no time', () => {
    const correlator = new DnsCorrelator<string>()
    correlator.query('flow', queryAt(5, 7))
    expect(correlator.response('flow', responseAt(4, 7))?.rttNs).toBe(0)
  })

  it('gives up queries after the time-out, and matches them no more from then on', () => {
    const correlator = new DnsCorrelator<string>({ queryTimeoutSeconds: 5 })
    correlator.query('a', queryAt(1, 7))
    correlator.query('b', queryAt(2, 8))
    correlator.query('b', queryAt(9, 9))
    expect(correlator.sweep(seconds(5.9))).toEqual([])
    expect(correlator.response('a', responseAt(6, 7))).toBeUndefined()
    expect(correlator.sweep(seconds(7)).map(({ id, kind, reason }) => [id, kind, reason])).toEqual([
      [7, 'unanswered', 'timeout'],
      [8, 'unanswered', 'timeout'],
    ])
    expect(correlator.end('b').map(({ id, reason }) => [id, reason])).toEqual([[9, 'flow_ended']])
    expect(correlator.isWaiting('b')).toBe(false)
    expect(correlator.stats).toMatchObject({ pending: 0, unanswered: 3 })
  })

  it('gives up those of one flow, the oldest first', () => {
    const correlator = new DnsCorrelator<string>()
    for (const [id, time] of [
      [3, 3],
      [1, 1],
      [2, 2],
    ] as const) {
      correlator.query('flow', queryAt(time, id))
    }
    correlator.query('other', queryAt(1, 1))
    expect(correlator.sweepScope('flow', seconds(32.5)).map(({ id }) => id)).toEqual([1, 2])
    expect(correlator.stats.pending).toBe(2)
  })

  it('never gives up where the time-out is infinite', () => {
    const correlator = new DnsCorrelator<string>({ queryTimeoutSeconds: Number.POSITIVE_INFINITY })
    correlator.query('flow', queryAt(1, 7))
    expect(correlator.sweep(seconds(1e9))).toEqual([])
    expect(correlator.response('flow', responseAt(1e6, 7))?.rttNs).toBe(999_999e9)
  })

  it('drops the oldest query for one too many', () => {
    const correlator = new DnsCorrelator<number>({ maxPending: 3 })
    const dropped = [1, 2, 3, 4, 5].map((id) => correlator.query(id, queryAt(id, id))?.id)
    expect(dropped).toEqual([undefined, undefined, undefined, 1, 2])
    expect(correlator.stats).toMatchObject({ pending: 3, evicted: 2 })
    expect(correlator.response(1, responseAt(6, 1))).toBeUndefined()
    expect(correlator.response(3, responseAt(6, 3))).toBeDefined()
  })

  it('keeps at most eight questions of one id', () => {
    const correlator = new DnsCorrelator<string>()
    for (let i = 0; i < 100; i++) correlator.query('flow', queryAt(i, 7, `name${i}`))
    expect(correlator.stats).toMatchObject({ pending: 8, evicted: 92 })
  })

  it('refuses options that cannot be used', () => {
    expect(() => new DnsCorrelator({ maxPending: 0 })).toThrow(ConfigError)
    expect(() => new DnsCorrelator({ queryTimeoutSeconds: -1 })).toThrow(ConfigError)
    expect(() => new DnsCorrelator({ timeout: 1 } as object)).toThrow(ConfigError)
  })

  it('keeps count whatever happens', () => {
    const step = fc.record({
      kind: fc.constantFrom('query', 'response', 'sweep', 'end'),
      scope: fc.nat(3),
      id: fc.nat(3),
      name: fc.constantFrom('a', 'b'),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const correlator = new DnsCorrelator<number>({ maxPending: 5, queryTimeoutSeconds: 10 })
        let given = 0
        steps.forEach(({ kind, scope, id, name }, time) => {
          if (kind === 'query') correlator.query(scope, queryAt(time, id, name))
          else if (kind === 'response') correlator.response(scope, responseAt(time, id, name))
          else if (kind === 'sweep') given += correlator.sweep(seconds(time)).length
          else given += correlator.end(scope).length
          const { pending, queries, matched, unanswered, evicted } = correlator.stats
          expect(pending).toBeLessThanOrEqual(5)
          expect(pending).toBe(queries - matched - unanswered - evicted)
          expect(unanswered).toBe(given)
        })
        for (let scope = 0; scope <= 3; scope++) correlator.end(scope)
        expect(correlator.stats.pending).toBe(0)
      }),
      { numRuns: 100 },
    )
  })
})
