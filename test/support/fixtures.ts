import { everyNanoseconds, pcap } from './captures'
import { Conversation } from './conversation'
import { dnsAnswer, dnsNameError, dnsQuery } from './dns'
import { ipv4Icmp, ipv4Tcp, ipv4Udp } from './frames'

/** The captures of test/fixtures/generated/, by file name: the same bytes every time. */
export const fixtures: Readonly<Record<string, () => Uint8Array>> = {
  'http_session.pcap': httpSession,
  'dns_queries.pcap': dnsQueries,
  'mixed_short.pcap': mixedShort,
  'length_prefixed.pcap': lengthPrefixed,
}

const ICMP_ECHO = 8
const ICMP_ECHO_REPLY = 0

/** One connection from handshake to close, with one request and one response; 50 us between packets. */
function httpSession(): Uint8Array {
  const request = 'GET /index.html HTTP/1.1\r\nHost: example.com\r\nUser-Agent: flowscope\r\nAccept: */*\r\n\r\n'
  const response = 'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 13\r\n\r\nHello, world!'
  const [client, server] = ['10.0.0.1:54321', '10.0.0.2:80'] as const
  let [sent, answered] = [1000, 5000]

  const toServer = (flags: string, payload = '') => {
    const acknowledgement = flags.includes('A') ? answered : 0
    const frame = ipv4Tcp(client, server, { sequence: sent, acknowledgement, flags }, payload)
    sent += payload.length + (/[SF]/.test(flags) ? 1 : 0)
    return frame
  }
  const toClient = (flags: string, payload = '') => {
    const frame = ipv4Tcp(server, client, { sequence: answered, acknowledgement: sent, flags }, payload)
    answered += payload.length + (/[SF]/.test(flags) ? 1 : 0)
    return frame
  }

  const frames = [
    toServer('S'),
    toClient('SA'),
    toServer('A'),
    toServer('PA', request),
    toClient('A'),
    toClient('PA', response),
    toServer('A'),
    toServer('FA'),
    toClient('FA'),
    toServer('A'),
  ]
  return pcap(everyNanoseconds(50_000n, frames))
}

/** Two queries with their answers, an answer that nobody asked for, a query without an answer; 100 us apart. */
function dnsQueries(): Uint8Array {
  const [client, server] = ['192.168.1.100:53300', '192.168.1.1:53'] as const
  const frames = [
    ipv4Udp(client, server, dnsQuery(0x1234, 'example.com')),
    ipv4Udp(server, client, dnsAnswer(0x1234, 'example.com', '93.184.216.34')),
    ipv4Udp(client, server, dnsQuery(0x5678, 'rust-lang.org')),
    ipv4Udp(server, client, dnsAnswer(0x5678, 'rust-lang.org', '54.230.66.65')),
    ipv4Udp(server, client, dnsNameError(0x9abc, 'nonexistent.example')),
    ipv4Udp(client, server, dnsQuery(0x5678, 'unanswered.example')),
  ]
  return pcap(everyNanoseconds(100_000n, frames))
}

/** A little of everything between two hosts, 200 us apart. */
function mixedShort(): Uint8Array {
  const [a, b] = ['10.1.1.1', '10.1.1.2']
  const echo = { identifier: 1, sequence: 1 }
  const frames = [
    ipv4Tcp(`${a}:40000`, `${b}:22`, { sequence: 100, flags: 'S' }),
    ipv4Tcp(`${b}:22`, `${a}:40000`, { sequence: 200, acknowledgement: 101, flags: 'SA' }),
    ipv4Tcp(`${a}:40000`, `${b}:22`, { sequence: 101, acknowledgement: 201, flags: 'A' }),
    ipv4Udp(`${a}:50000`, `${b}:514`, '<34>Oct 11 22:14:15 host su: test message'),
    ipv4Icmp(a, b, { type: ICMP_ECHO, ...echo }, 'flowscope'),
    ipv4Icmp(b, a, { type: ICMP_ECHO_REPLY, ...echo }, 'flowscope'),
    ipv4Udp(`${a}:50001`, `${b}:53`, dnsQuery(0x0001, 'example.org')),
  ]
  return pcap(everyNanoseconds(200_000n, frames))
}

/** One connection of the protocol of examples/length-prefixed.mjs: five messages one way, five the other; 10 ms apart. */
function lengthPrefixed(): Uint8Array {
  const c = new Conversation('10.0.0.1:4321', '10.0.0.2:5678', { initiator: 1000, responder: 5000 })
  const short = (body: string) => `PFX2,${String.fromCharCode(body.length >> 8, body.length & 0xff)}${body}`
  const long = (body: string) => `PFX4,\0\0${String.fromCharCode(body.length >> 8, body.length & 0xff)}${body}`
  const sent = [0, 1, 2, 3, 4].map((i) => short(`init-${i}`)).join('')
  const answered = [0, 1, 2, 3].map((i) => short(`resp-${i}`)).join('') + long('X'.repeat(700))
  const latin1 = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0))
  const frames = [...c.open(), c.send('initiator', latin1(sent)), c.send('responder', latin1(answered)), ...c.close()]
  return pcap(everyNanoseconds(10_000_000n, frames))
}
