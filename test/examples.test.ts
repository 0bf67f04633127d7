import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { describe, expect, it } from 'vitest'
import { everyNanoseconds, pcap } from './support/captures'
import { ipv4Tcp, ipv4Udp } from './support/frames'
import { ROOT, runNode, startNode } from './support/programs'

const HTTP_SESSION = 'test/fixtures/generated/http_session.pcap'
const MIXED_SHORT = 'test/fixtures/generated/mixed_short.pcap'
const DNS_DIG = 'test/fixtures/recorded/dns-dig-dnsmasq.pcap'
const LOOPBACK_MIX = 'test/fixtures/recorded/loopback-mix.pcap'

/** Lines that an example prints; it must end well and complain of nothing. */
async function linesOf(example: string, ...args: string[]): Promise<string[]> {
  const { stdout, stderr, status } = await runNode(`examples/${example}.mjs`, ...args)
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
  return stdout.trimEnd().split('\n')
}

/** Sums of a classic pcap file: little-endian, from its record headers alone. */
function recordsOf(path: string): { packets: number; bytes: number } {
  const data = new DataView(new Uint8Array(readFileSync(join(ROOT, path))).buffer)
  let packets = 0
  let bytes = 0
  for (let record = 24; record < data.byteLength; record += 16 + data.getUint32(record + 8, true)) {
    packets++
    bytes += data.getUint32(record + 12, true)
  }
  return { packets, bytes }
}

it('has a test for each example', () => {
  const examples = readdirSync(join(ROOT, 'examples')).filter((file) => /(?<!-parser)\.mjs$/.test(file))
  const source = readFileSync(new URL(import.meta.url), 'utf8')
  expect(examples.filter((file) => !source.includes(`describe('${file.replace('.mjs', '')}'`))).toEqual([])
})

describe('flow-summary', () => {
  it('shows the beginning and the end of each flow', async () => {
    expect(await linesOf('flow-summary', HTTP_SESSION)).toEqual([
      '+ 1 tcp 10.0.0.1:54321 -> 10.0.0.2:80',
      '- 1 fin 6/4 packets 407/294 bytes ShADadFf',
      '10 packets, 0 of no flow, 1 flows',
    ])
  })

  it('ends every flow that it starts', async () => {
    const lines = await linesOf('flow-summary')
    const numbers = (sign: string) => lines.filter((line) => line.startsWith(sign)).map((line) => line.split(' ')[1])
    const all = Array.from({ length: 34 }, (_, i) => String(i + 1))
    expect(numbers('+')).toEqual(all)
    expect(numbers('-').sort((a, b) => Number(a) - Number(b))).toEqual(all)
    expect(lines.at(-1)).toBe(`${recordsOf(LOOPBACK_MIX).packets} packets, 0 of no flow, 34 flows`)
    // curl to a closed port, over IPv4 and over IPv6.
    expect(lines.filter((line) => / rst .* Sr$/.test(line))).toHaveLength(2)
  })
})

describe('flow-keys', () => {
  it('shows the five-tuples of a capture', async () => {
    expect(await linesOf('flow-keys')).toEqual([
      'tcp 10.1.1.1:40000 <-> 10.1.1.2:22',
      'udp 10.1.1.1:50000 <-> 10.1.1.2:514',
      'icmp 10.1.1.1 <-> 10.1.1.2',
      'udp 10.1.1.1:50001 <-> 10.1.1.2:53',
      '4 keys, 4 flows, 7 packets',
    ])
  })

  it('shows the keys of other extractors', async () => {
    expect(await linesOf('flow-keys', MIXED_SHORT, 'ip-pair')).toEqual([
      '10.1.1.1 <-> 10.1.1.2',
      '1 keys, 1 flows, 7 packets',
    ])
    expect((await linesOf('flow-keys', MIXED_SHORT, 'directional')).slice(0, 2)).toEqual([
      'tcp 10.1.1.1:40000 -> 10.1.1.2:22',
      'tcp 10.1.1.2:22 -> 10.1.1.1:40000',
    ])
    expect((await linesOf('flow-keys', MIXED_SHORT, 'mac-pair')).at(-1)).toBe('1 keys, 1 flows, 7 packets')
  })
})

describe('top-talkers', () => {
  it('ranks pairs of hosts by bytes', async () => {
    const { packets, bytes } = recordsOf(LOOPBACK_MIX)
    const lines = await linesOf('top-talkers')
    const figures = lines.slice(0, -1).map((line) => line.match(/^ *(\d+) bytes .* (\d+) packets {2}(.*)$/)?.slice(1))
    expect(figures.map((figure) => figure?.[2])).toEqual(['::1 <-> ::1', '127.0.0.1 <-> 127.0.0.1'])
    const sum = (column: number) => figures.reduce((total, figure) => total + Number(figure?.[column]), 0)
    expect([sum(0), sum(1)]).toEqual([bytes, packets])
    expect(lines.at(-1)).toBe(`2 pairs, ${bytes} bytes`)
  })

  it('shows as many as it is told', async () => {
    const lines = await linesOf('top-talkers', LOOPBACK_MIX, '1')
    expect(lines).toHaveLength(2)
    expect(lines[0]).toMatch(/::1 <-> ::1$/)
  })
})

describe('custom-extractor', () => {
  it('makes flows of DNS transactions', async () => {
    expect(await linesOf('custom-extractor')).toEqual([
      '192.168.1.100:53300 asks 192.168.1.1 0x1234: 2 packets, both ways',
      '192.168.1.100:53300 asks 192.168.1.1 0x5678: 3 packets, both ways',
      '192.168.1.100:53300 asks 192.168.1.1 0x9abc: 1 packets, one way',
      '0 packets of no transaction',
    ])
  })

  it('leaves out what is no DNS over UDP', async () => {
    // Nine queries of dig are answered over UDP; two TCP connections of ten packets each are no transactions.
    const lines = await linesOf('custom-extractor', DNS_DIG)
    expect(lines.filter((line) => line.endsWith(': 2 packets, both ways'))).toHaveLength(9)
    expect(lines.at(-1)).toBe('20 packets of no transaction')
  })
})

describe('inspect-packet', () => {
  it('shows what is in a TCP segment', async () => {
    expect(await linesOf('inspect-packet')).toEqual([
      'time         1970-01-01T00:00:00.000150000Z',
      'frame        137 bytes of 137',
      'flow         tcp 10.0.0.1:54321 <-> 10.0.0.2:80',
      'orientation  forward',
      'tcp          Psh Ack',
      'sequence     1001, acknowledges 5001, window 65535',
      'payload      83 bytes',
      '             GET /index.html HTTP/1.1',
    ])
  })

  it('shows the other direction, and other protocols', async () => {
    expect(await linesOf('inspect-packet', HTTP_SESSION, '2')).toContain('orientation  reverse')
    expect(await linesOf('inspect-packet', MIXED_SHORT, '5')).toContain('icmp         type 8, code 0')
  })
})

describe('live-pipe', () => {
  const client = '192.0.2.1:50000'
  const server = '192.0.2.2:80'
  const connection = [
    ipv4Tcp(client, server, { sequence: 1, flags: 'S' }),
    ipv4Tcp(server, client, { sequence: 7, acknowledgement: 2, flags: 'SA' }),
    ipv4Tcp(client, server, { sequence: 2, acknowledgement: 8, flags: 'FA' }),
    ipv4Tcp(server, client, { sequence: 8, acknowledgement: 3, flags: 'FA' }),
    ipv4Tcp(client, server, { sequence: 3, acknowledgement: 9, flags: 'A' }),
  ]
  const datagram = ipv4Udp('192.0.2.1:50001', '192.0.2.2:53', 'hello')
  const capture = pcap(everyNanoseconds(1_000_000_000n, [...connection, datagram]))
  const beforeDatagram = capture.length - datagram.length - 16

  it('shows a flow when it ends, while the pipe is open', async () => {
    const program = startNode('examples/live-pipe.mjs')
    const lines = createInterface(program.stdout)[Symbol.asyncIterator]()
    // Byte by byte where records begin, then the rest: a pipe may be cut anywhere.
    for (const byte of capture.subarray(0, 60)) program.stdin.write(Uint8Array.of(byte))
    program.stdin.write(capture.subarray(60, beforeDatagram))
    expect((await lines.next()).value).toBe(
      '1970-01-01T00:00:04.000000000Z tcp 192.0.2.1:50000 -> 192.0.2.2:80 5 packets 270 bytes fin',
    )
    expect(program.exitCode).toBeNull()

    program.stdin.end(capture.subarray(beforeDatagram))
    expect((await lines.next()).value).toBe(
      '1970-01-01T00:00:05.000000000Z udp 192.0.2.1:50001 -> 192.0.2.2:53 1 packets 47 bytes end_of_capture',
    )
    expect((await lines.next()).done).toBe(true)
    await once(program, 'close')
    expect(program.exitCode).toBe(0)
  })

  it('prints what lives when the pipe ends inside a packet', async () => {
    const program = startNode('examples/live-pipe.mjs', '-')
    program.stdin.end(capture.subarray(0, beforeDatagram - 10))
    const lines: string[] = []
    for await (const line of createInterface(program.stdout)) lines.push(line)
    expect(lines).toEqual([expect.stringMatching(/ tcp .* 4 packets 216 bytes end_of_capture$/)])
    if (program.exitCode === null) await once(program, 'close')
    expect(program.exitCode).toBe(0)
  })
})

describe('length-prefixed', () => {
  it('shows each message with its direction', async () => {
    expect(await linesOf('length-prefixed')).toEqual([
      ...[0, 1, 2, 3, 4].map((i) => `-> 6 bytes init-${i}`),
      ...[0, 1, 2, 3].map((i) => `<- 6 bytes resp-${i}`),
      '<- 700 bytes …',
    ])
  })
})

describe('buffered-reassembly', () => {
  it('sums up both sides of a connection', async () => {
    expect(await linesOf('buffered-reassembly', HTTP_SESSION)).toEqual([
      '1 initiator: 83 bytes at most, 0 dropped, fin',
      '1 responder: 78 bytes at most, 0 dropped, fin',
    ])
  })
})

describe('several-parsers', () => {
  it('puts the messages of all of them in order', async () => {
    const lines = await linesOf('several-parsers')
    expect(lines.filter((line) => line.startsWith('1 length-prefixed'))).toHaveLength(10)
    expect(lines.slice(10, 12)).toEqual([
      '2 first-line initiator: GET /index.html HTTP/1.1',
      '2 first-line responder: HTTP/1.1 200 OK',
    ])
    expect(lines.slice(12).map((line) => line.split(' ', 3).join(' '))).toEqual([
      '3 port-53 initiator:',
      '3 port-53 responder:',
      '3 port-53 initiator:',
      '3 port-53 responder:',
      '3 port-53 responder:',
      '3 port-53 initiator:',
    ])
  })
})

describe('overflow-policies', () => {
  it('shows what each gives up', async () => {
    const lines = await linesOf('overflow-policies')
    const second = lines.indexOf('drop-flow:')
    expect(lines.slice(0, 4)).toEqual([
      'sliding-window:',
      '  1000 bytes at 0',
      '  1000 bytes missing at 1000: buffer',
      '  48 bytes at 2000',
    ])
    expect(lines[second - 1]).toBe('  ended: 0 bytes dropped')
    expect(lines.slice(second + 1, second + 3)).toEqual(['  1000 bytes at 0', '  given up at 1000'])
    expect(lines.at(-1)).toMatch(/^ {2}ended: [1-9]\d* bytes dropped$/)
  })
})

describe('follow-stream', () => {
  it('writes what one side has sent', async () => {
    const lines = await linesOf('follow-stream')
    expect([lines[0], lines.at(-1)]).toEqual(['HTTP/1.1 200 OK\r', 'Hello, world!'])
    expect((await linesOf('follow-stream', HTTP_SESSION, '1', 'initiator'))[0]).toBe('GET /index.html HTTP/1.1\r')
  })
})

describe('metrics', () => {
  it('does without an SDK', async () => {
    const { packets } = recordsOf(LOOPBACK_MIX)
    expect(await linesOf('metrics')).toEqual([`# ${packets} packets, 34 flows`])
  })

  const sdk = 'test/opentelemetry/prometheus.mjs'
  const hasSdk = existsSync(join(ROOT, 'test/opentelemetry/node_modules'))

  it.skipIf(!hasSdk)('gives Prometheus what the SDK gets (needs npm ci --prefix test/opentelemetry)', async () => {
    const { packets, bytes } = recordsOf(LOOPBACK_MIX)
    const captures = [LOOPBACK_MIX, HTTP_SESSION]
    const { stdout, stderr, status } = await runNode('--import', `./${sdk}`, 'examples/metrics.mjs', ...captures)
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
    const samples = stdout.split('\n').filter((line) => line.startsWith('flowscope_') && line.includes('source="file"'))
    const sumOf = (name: string) =>
      samples
        .filter((line) => line.startsWith(`${name}{`))
        .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0)
    const http = recordsOf(HTTP_SESSION)
    expect(sumOf('flowscope_packets_total')).toBe(packets + http.packets)
    expect(sumOf('flowscope_bytes_total')).toBe(bytes + http.bytes)
    expect(sumOf('flowscope_flows_created_total')).toBe(35)
    expect(sumOf('flowscope_flow_packets_count')).toBe(35)
    expect(sumOf('flowscope_flows_active')).toBe(0)
    expect(samples.some((line) => line.startsWith('flowscope_flows_active{'))).toBe(true)
  })
})

describe('worker', () => {
  it('counts messages that workers have read', async () => {
    expect(await linesOf('worker')).toEqual(['8 packets, 1 flows', '10 messages of length-prefixed'])
  })

  it('counts the same with any number of them', async () => {
    const lines = await linesOf('worker', LOOPBACK_MIX, '1')
    expect(lines[0]).toBe(`${recordsOf(LOOPBACK_MIX).packets} packets, 34 flows`)
    expect(lines[1]).toMatch(/^[1-9]\d* messages of http$/)
    expect(await linesOf('worker', LOOPBACK_MIX, '3')).toEqual(lines)
  })
})

describe('http-log', () => {
  it('has a line for each response, with what was asked', async () => {
    const lines = await linesOf('http-log')
    expect(lines).toHaveLength(7)
    expect(lines[0]).toMatch(
      /^127\.0\.0\.1 - - \[\d\d\/[A-Z][a-z]{2}\/\d{4}:[\d:]{8} \+0000\] "GET \/index\.html HTTP\/1\.1" 200 57 "-" "curl\/[\d.]+"$/,
    )
    expect(
      lines.map((line) =>
        line
          .match(/"(.*?)" (\d+) (\d+)/)
          ?.slice(1)
          .join(' '),
      ),
    ).toEqual([
      'GET /index.html HTTP/1.1 200 57',
      'GET /numbers.json HTTP/1.1 200 3787',
      'HEAD /index.html HTTP/1.1 200 0',
      'GET /moved HTTP/1.1 302 145',
      'GET /index.html HTTP/1.1 200 57',
      'POST /submit HTTP/1.1 204 0',
      'GET /missing HTTP/1.1 404 153',
    ])
  })

  it('reads the capture that it is given', async () => {
    const [line] = await linesOf('http-log', HTTP_SESSION)
    expect(line).toBe('10.0.0.1 - - [01/Jan/1970:00:00:00 +0000] "GET /index.html HTTP/1.1" 200 13 "-" "flowscope"')
  })
})

describe('tls-inventory', () => {
  it('counts clients, names and what was agreed on', async () => {
    const [first, second, names, agreed, alerts] = await linesOf('tls-inventory')
    expect(first).toMatch(
      /^t12d\d{4}h2_[\da-f]{12}_[\da-f]{12}: 3 hellos, up to TLS 1\.2, JA3 [\da-f]{32}, asked for www\.example\.test$/,
    )
    expect(second).toMatch(
      /^t13d\d{4}h2_[\da-f_]{25}: 3 hellos, up to TLS 1\.3, JA3 [\da-f]{32}, asked for www\.example\.test$/,
    )
    expect(names).toBe('names: www.example.test (6)')
    expect(agreed).toMatch(/^agreed: TLS 1\.2 TLS_\w+ \(3\), TLS 1\.3 TLS_\w+ \(3\)$/)
    expect(alerts).toBe('alerts: none')
  })

  it('says so where there is none', async () => {
    expect(await linesOf('tls-inventory', HTTP_SESSION)).toEqual(['names: none', 'agreed: none', 'alerts: none'])
  })
})

describe('dns-log', () => {
  it('shows answers with their time, and queries without one', async () => {
    expect(await linesOf('dns-log')).toEqual([
      '1970-01-01T00:00:00.000100000Z 192.168.1.100:53300 -> 192.168.1.1:53 udp example.com A: NOERROR 93.184.216.34 after 100 us',
      '1970-01-01T00:00:00.000300000Z 192.168.1.100:53300 -> 192.168.1.1:53 udp rust-lang.org A: NOERROR 54.230.66.65 after 100 us',
      '1970-01-01T00:00:00.000400000Z 192.168.1.100:53300 -> 192.168.1.1:53 udp nonexistent.example A: NXDOMAIN nothing',
      '1970-01-01T00:00:00.000500000Z 192.168.1.100:53300 -> 192.168.1.1:53 udp unanswered.example A: unanswered (flow_ended)',
      '3 queries, 3 responses, 1 unanswered',
      'time to answer: median 100 us, at most 100 us',
    ])
  })

  it('reads DNS over TCP, too', async () => {
    const lines = await linesOf('dns-log', DNS_DIG)
    expect(lines.filter((line) => / -> \S+:53 tcp /.test(line))).toHaveLength(2)
    expect(lines).toContain('11 queries, 11 responses, 0 unanswered')
  })
})

describe('protocol-monitor', () => {
  const TOTAL =
    'total dns query 22, dns response 22, http request 14, http response 14, icmp flow 1, icmp6 flow 1, tcp flow 14, ' +
    'tls certificate 2, tls client_hello 4, tls server_hello 4, udp flow 18'

  it('counts by the second, and in total', async () => {
    const lines = await linesOf('protocol-monitor')
    expect(lines.at(-1)).toBe(TOTAL)
    const sums = new Map<string, number>()
    for (const line of lines.slice(0, -1)) {
      expect(line).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z /)
      for (const [, what = '', times] of line.slice(25).matchAll(/([^,]+?) (\d+)(?:, |$)/g)) {
        sums.set(what, (sums.get(what) ?? 0) + Number(times))
      }
    }
    const sorted = [...sums].sort(([a], [b]) => (a < b ? -1 : 1))
    expect(`total ${sorted.map(([what, times]) => `${what} ${times}`).join(', ')}`).toBe(TOTAL)
  })

  it('reads a pipe', async () => {
    const program = startNode('examples/protocol-monitor.mjs', '-')
    program.stdin.end(readFileSync(join(ROOT, LOOPBACK_MIX)))
    const lines: string[] = []
    for await (const line of createInterface(program.stdout)) lines.push(line)
    expect(lines.at(-1)).toBe(TOTAL)
  })
})
