import { describe, expect, it } from 'vitest'
import { bytesSource, fileSource, messages } from '../../../../bindings'
import { type DnsMessage, dns } from '../../../../bindings/parsers/dns'
import { ipv4Udp } from '../../../support/frames'
import { captureOf, collect } from '../../support'
import { query, response } from './support'

const RECORDED = 'test/fixtures/recorded/dns-dig-dnsmasq.pcap'
const GENERATED = 'test/fixtures/generated/dns_queries.pcap'

async function read(path: string): Promise<readonly DnsMessage[]> {
  return (await collect(messages(fileSource(path), [dns()]))).map(({ message }) => message)
}

/** What a message says in a line. */
function line(message: DnsMessage): string {
  const { kind, transport, questions, answers, rcode, flags } = message
  const data = answers.map((record) => `${record.type} ${record.data}`).join(', ')
  const question = questions.map(({ name, type }) => `${name} ${type}`).join()
  return [transport, kind, question, kind === 'response' && rcode, flags.includes('tc') && 'tc', data]
    .filter(Boolean)
    .join(' ')
}

describe('captures', () => {
  it('of dig and dnsmasq are read whole, each response with its time', async () => {
    const seen = await read(RECORDED)
    const responses = seen.filter(({ kind }) => kind === 'response')
    expect(responses.length).toBe(seen.length / 2)
    expect(seen.flatMap(({ anomalies }) => anomalies)).toEqual([])
    expect(responses.every((message) => 'rttNs' in message && (message.rttNs ?? 0) > 0)).toBe(true)
    expect(seen.map(line)).toMatchInlineSnapshot(`
      [
        "udp query www.example.test A",
        "udp response www.example.test A NOERROR A 192.0.2.10",
        "udp query www.example.test AAAA",
        "udp response www.example.test AAAA NOERROR AAAA 2001:db8::10",
        "udp query alias.example.test A",
        "udp response alias.example.test A NOERROR CNAME target.example.test, A 192.0.2.20",
        "udp query example.test MX",
        "udp response example.test MX NOERROR MX 10 mail.example.test",
        "udp query example.test TXT",
        "udp response example.test TXT NOERROR TXT "v=spf1 -all"",
        "udp query _sip._udp.example.test SRV",
        "udp response _sip._udp.example.test SRV NOERROR SRV 10 20 5060 sip.example.test",
        "udp query nowhere.example.test A",
        "udp response nowhere.example.test A NXDOMAIN",
        "udp query 20.2.0.192.in-addr.arpa PTR",
        "udp response 20.2.0.192.in-addr.arpa PTR NOERROR PTR target.example.test",
        "tcp query www.example.test A",
        "tcp response www.example.test A NOERROR A 192.0.2.10",
        "udp query big.example.test TXT",
        "udp response big.example.test TXT NOERROR tc TXT "record 40 of a reply too long for 512 bytes of UDP", TXT "record 39 of a reply too long for 512 bytes of UDP", TXT "record 38 of a reply too long for 512 bytes of UDP", TXT "record 37 of a reply too long for 512 bytes of UDP", TXT "record 36 of a reply too long for 512 bytes of UDP", TXT "record 35 of a reply too long for 512 bytes of UDP", TXT "record 34 of a reply too long for 512 bytes of UDP"",
        "tcp query big.example.test TXT",
        "tcp response big.example.test TXT NOERROR TXT "record 40 of a reply too long for 512 bytes of UDP", TXT "record 39 of a reply too long for 512 bytes of UDP", TXT "record 38 of a reply too long for 512 bytes of UDP", TXT "record 37 of a reply too long for 512 bytes of UDP", TXT "record 36 of a reply too long for 512 bytes of UDP", TXT "record 35 of a reply too long for 512 bytes of UDP", TXT "record 34 of a reply too long for 512 bytes of UDP", TXT "record 33 of a reply too long for 512 bytes of UDP", TXT "record 32 of a reply too long for 512 bytes of UDP", TXT "record 31 of a reply too long for 512 bytes of UDP", TXT "record 30 of a reply too long for 512 bytes of UDP", TXT "record 29 of a reply too long for 512 bytes of UDP", TXT "record 28 of a reply too long for 512 bytes of UDP", TXT "record 27 of a reply too long for 512 bytes of UDP", TXT "record 26 of a reply too long for 512 bytes of UDP", TXT "record 25 of a reply too long for 512 bytes of UDP", TXT "record 24 of a reply too long for 512 bytes of UDP", TXT "record 23 of a reply too long for 512 bytes of UDP", TXT "record 22 of a reply too long for 512 bytes of UDP", TXT "record 21 of a reply too long for 512 bytes of UDP", TXT "record 20 of a reply too long for 512 bytes of UDP", TXT "record 19 of a reply too long for 512 bytes of UDP", TXT "record 18 of a reply too long for 512 bytes of UDP", TXT "record 17 of a reply too long for 512 bytes of UDP", TXT "record 16 of a reply too long for 512 bytes of UDP", TXT "record 15 of a reply too long for 512 bytes of UDP", TXT "record 14 of a reply too long for 512 bytes of UDP", TXT "record 13 of a reply too long for 512 bytes of UDP", TXT "record 12 of a reply too long for 512 bytes of UDP", TXT "record 11 of a reply too long for 512 bytes of UDP", TXT "record 10 of a reply too long for 512 bytes of UDP", TXT "record 9 of a reply too long for 512 bytes of UDP", TXT "record 8 of a reply too long for 512 bytes of UDP", TXT "record 7 of a reply too long for 512 bytes of UDP", TXT "record 6 of a reply too long for 512 bytes of UDP", TXT "record 5 of a reply too long for 512 bytes of UDP", TXT "record 4 of a reply too long for 512 bytes of UDP", TXT "record 3 of a reply too long for 512 bytes of UDP", TXT "record 2 of a reply too long for 512 bytes of UDP", TXT "record 1 of a reply too long for 512 bytes of UDP"",
      ]
    `)
  })

  it('show what nobody answered, and answers that nobody asked for', async () => {
    expect((await read(GENERATED)).map(line)).toEqual([
      'udp query example.com A',
      'udp response example.com A NOERROR A 93.184.216.34',
      'udp query rust-lang.org A',
      'udp response rust-lang.org A NOERROR A 54.230.66.65',
      'udp response nonexistent.example A NXDOMAIN',
      'udp query unanswered.example A',
      'udp unanswered unanswered.example A',
    ])
  })

  it('have DNS on any port', async () => {
    const [client, server] = ['10.0.0.1:4000', '10.0.0.2:5300'] as const
    const capture = captureOf([ipv4Udp(client, server, query(1)), ipv4Udp(server, client, response(1))])
    const found = await collect(messages(bytesSource(capture), [dns()]))
    expect(found.map(({ message, side }) => `${side} ${message.kind}`)).toEqual([
      'initiator query',
      'responder response',
    ])
    expect(await collect(messages(bytesSource(capture), [dns({ detect: false })]))).toEqual([])
    expect(await collect(messages(bytesSource(capture), [dns({ detect: false, ports: [5300] })]))).toHaveLength(2)
  })
})
