import { describe, expect, it } from 'vitest'
import { type FiveTupleKey, FlowExtractor, fiveTuple } from '../../../bindings'
import { communityIdOf } from '../../../bindings/tracker/community-id'
import { ethernet, icmp, icmp6, ipv4, ipv6, type Layer, sctp, tcp, udp } from '../../support/frames'
import { at } from '../support'

const V4 = ['1.2.3.4', '5.6.7.8'] as const
const V6 = ['fe80:1:203:405:607:809:a0b:c0d', 'fe80:1011:1213:1415:1617:1819:1a1b:1c1d'] as const
const NONE = { type: 0, code: 0 }

/** Key of a packet, and whether it goes from b to a. */
async function keyOf(from: string, to: string, transport: Layer): Promise<[FiveTupleKey, boolean]> {
  const addresses = { source: from, destination: to }
  const packet = from.includes(':') ? ipv6(addresses, transport) : ipv4(addresses, transport)
  using extractor = await FlowExtractor.create(fiveTuple())
  const extracted = extractor.extract(at(1, ethernet({}, packet).bytes))
  if (!extracted) throw new Error('no flow')
  return [extracted.key, extracted.orientation === 'reverse']
}

// The tables of github.com/corelight/community-id-spec, baseline/README.md: seed 0, then seed 1.
describe('communityIdOf', () => {
  it.each([
    ['tcp', tcp, '1:wCb3OG7yAFWelaUydu0D+125CLM=', '1:HhA1B+6CoLbiKPEs5nhNYN4XWfk='],
    ['udp', udp, '1:0Mu9InQx6z4ZiCZM/7HXi2WMhOg=', '1:OShq+iKDAMVouh/4bMxB9Sz4amw='],
    ['sctp', sctp, '1:EKt4MsxuyaE6mL+hmrEkQ9csDD8=', '1:uitchpn5MMGAQKBJh7bIr/bAr7s='],
  ] as const)('is the same both ways for %s', async (_, transport, id, seeded) => {
    const there = await keyOf(V4[0], V4[1], transport({ source: 1122, destination: 3344 }))
    const back = await keyOf(V4[1], V4[0], transport({ source: 3344, destination: 1122 }))
    expect(communityIdOf(...there, NONE)).toBe(id)
    expect(communityIdOf(...back, NONE)).toBe(id)
    expect(communityIdOf(...there, NONE, 1)).toBe(seeded)
  })

  it('pairs ICMP types that answer one another', async () => {
    const request = await keyOf(V4[0], V4[1], icmp({ type: 8 }))
    const reply = await keyOf(V4[1], V4[0], icmp({ type: 0 }))
    expect(communityIdOf(...request, { type: 8, code: 0 })).toBe('1:crodRHL2FEsHjbv3UkRrfbs4bZ0=')
    expect(communityIdOf(...reply, { type: 0, code: 0 })).toBe('1:crodRHL2FEsHjbv3UkRrfbs4bZ0=')
    expect(communityIdOf(...request, { type: 8, code: 0 }, 1)).toBe('1:9pr4ZGTICiuZoIh90RRYE2RyXpU=')
  })

  it('keeps the direction of one-way ICMP', async () => {
    const there = await keyOf(V4[0], V4[1], icmp({ type: 11 }))
    const back = await keyOf(V4[1], V4[0], icmp({ type: 11 }))
    expect(communityIdOf(...there, { type: 11, code: 0 })).toBe('1:f/YiSyWqczrTgfUCZlBUnvHRcPk=')
    expect(communityIdOf(...back, { type: 11, code: 0 })).not.toBe('1:f/YiSyWqczrTgfUCZlBUnvHRcPk=')
  })

  it('pairs ICMPv6 types', async () => {
    const request = await keyOf(V6[0], V6[1], icmp6({ type: 128 }))
    const reply = await keyOf(V6[1], V6[0], icmp6({ type: 129 }))
    expect(communityIdOf(...request, { type: 128, code: 0 })).toBe('1:0bf7hyMJUwt3fMED7z8LIfRpBeo=')
    expect(communityIdOf(...reply, { type: 129, code: 0 })).toBe('1:0bf7hyMJUwt3fMED7z8LIfRpBeo=')
    const oneWay = await keyOf(V6[0], V6[1], icmp6({ type: 146 }))
    expect(communityIdOf(...oneWay, { type: 146, code: 0 })).toBe('1:fYC8+pz24E+EhANP1EZhpX0Dw10=')
  })

  // From baseline_deflt.json: real traffic.
  it.each([
    ['fe80::200:86ff:fe05:80da', 'fe80::260:97ff:fe07:69ea', 135, '1:dGHyGvjMfljg6Bppwm3bg0LO8TY='],
    ['fe80::260:97ff:fe07:69ea', 'fe80::200:86ff:fe05:80da', 136, '1:dGHyGvjMfljg6Bppwm3bg0LO8TY='],
    ['fe80::260:97ff:fe07:69ea', 'fe80::200:86ff:fe05:80da', 135, '1:zavyT/cezQr1fmImYCwYnMXbgck='],
    ['3ffe:507:0:1:200:86ff:fe05:80da', '3ffe:501:0:1001::2', 128, '1:+TW+HtLHvV1xnGhV1lv7XoJrqQg='],
    ['fe80::200:86ff:fe05:80da', 'ff02::2', 133, '1:hO+sN4H+MG5MY/8hIrXPqc4ZQz0='],
    ['fe80::260:97ff:fe07:69ea', 'ff02::1', 134, '1:pkvHqCL88/tg1k4cPigmZXUtL00='],
  ])('agrees for ICMPv6 from %s to %s, type %d', async (from, to, type, id) => {
    expect(communityIdOf(...(await keyOf(from, to, icmp6({ type }))), { type, code: 0 })).toBe(id)
  })

  it('takes the code of one-way ICMPv6', async () => {
    const key = await keyOf(
      '3ffe:501:410:0:2c0:dfff:fe47:33e',
      '3ffe:507:0:1:200:86ff:fe05:80da',
      icmp6({ type: 1, code: 4 }),
    )
    expect(communityIdOf(...key, { type: 1, code: 4 })).toBe('1:hLZd0XGWojozrvxqE0dWB1iM6R0=')
  })

  it('does without ports', async () => {
    const rsvp: Layer = { bytes: new Uint8Array(20), protocol: 46 }
    expect(communityIdOf(...(await keyOf(V4[0], V4[1], rsvp)), NONE)).toBe('1:ikv3kmf89luf73WPz1jOs49S768=')
    expect(communityIdOf(...(await keyOf(V4[1], V4[0], rsvp)), NONE)).toBe('1:ikv3kmf89luf73WPz1jOs49S768=')
    expect(communityIdOf(...(await keyOf(V6[1], V6[0], rsvp)), NONE)).toBe('1:wQ/2mwrnXP4lmJcHdGL5ePjR+e0=')
  })

  it('orders equal addresses by port', async () => {
    const there = await keyOf(V4[0], V4[0], udp({ source: 2, destination: 1 }))
    const back = await keyOf(V4[0], V4[0], udp({ source: 1, destination: 2 }))
    expect(communityIdOf(...there, NONE)).toBe(communityIdOf(...back, NONE))
  })
})
