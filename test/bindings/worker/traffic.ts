import { everyNanoseconds, pcap } from '../../support/captures'
import { Conversation } from '../../support/conversation'
import { dnsAnswer, dnsQuery } from '../../support/dns'
import { fragments } from '../../support/fragments'
import { ipv4Icmp, ipv4Tcp, ipv4Udp } from '../../support/frames'

/** Numbers that look random and are the same every time (mulberry32). */
export function randomNumbers(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) % below
  }
}

const SECOND = 1_000_000_000n

/** A capture of everything that workers have to agree about: idle flows, lost bytes, DNS without answers, fragments. */
export function randomCapture(seed: number, packets = 400): Uint8Array {
  const random = randomNumbers(seed)
  const conversations = Array.from(
    { length: 12 },
    (_, i) => new Conversation(`10.0.0.${i + 1}:${4000 + i}`, '10.9.0.1:80'),
  )
  const frames: Uint8Array[] = []
  for (const c of conversations) frames.push(...c.open())
  while (frames.length < packets) frames.push(...piece(random, conversations))
  const times: bigint[] = []
  let time = 0n
  for (let i = 0; i < frames.length; i++) {
    // Mostly close together, at times seconds or minutes apart, at times a little back.
    const step = random(40)
    if (step === 0) time += BigInt(random(90)) * SECOND
    else if (step < 4) time += BigInt(random(3)) * SECOND
    else if (step === 4 && time > 3n * SECOND) time -= BigInt(random(2)) * SECOND
    else time += BigInt(random(200_000_000))
    times.push(time)
  }
  return pcap(everyNanoseconds(0n, frames).map((record, i) => ({ ...record, time: times[i] ?? 0n })))
}

function piece(random: (below: number) => number, conversations: readonly Conversation[]): Uint8Array[] {
  const c = conversations[random(conversations.length)] as Conversation
  const client = `10.1.0.${random(20)}:${5000 + random(3)}`
  const side = random(2) === 0 ? 'initiator' : 'responder'
  switch (random(12)) {
    case 0:
    case 1:
    case 2:
      return [
        c.send(
          side,
          side === 'initiator'
            ? 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'
            : 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc',
        ),
      ]
    case 3:
      c.lose(side, 1 + random(100))
      // Without an acknowledgement the hole that the other side has is waited for.
      return [c.send(side, 'x'.repeat(1 + random(50)), 'P')]
    case 4:
      return [c.acknowledge(side)]
    case 5:
      return random(4) === 0 ? c.close() : []
    case 6:
    case 7:
      return [ipv4Udp(client, '10.8.0.1:53', dnsQuery(random(50), `host${random(9)}.example`))]
    case 8:
      return [ipv4Udp('10.8.0.1:53', client, dnsAnswer(random(50), `host${random(9)}.example`, '192.0.2.1'))]
    case 9:
      return fragments(ipv4Udp(client, '10.8.0.2:2000', 'y'.repeat(1500)), 600, random(1000)).slice(0, 1 + random(3))
    case 10:
      return [ipv4Tcp(client, '10.8.0.3:22', { sequence: random(1000), flags: random(3) === 0 ? 'R' : 'S' })]
    default:
      return [
        ipv4Icmp('10.2.0.1', `10.2.0.${random(30)}`, { type: 8, identifier: 1, sequence: 1 }, 'ping'),
        new Uint8Array(20),
      ]
  }
}
