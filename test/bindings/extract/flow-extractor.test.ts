import { describe, expect, it } from 'vitest'
import {
  autoDetectEncap,
  BusyError,
  type CustomExtraction,
  customExtractor,
  DisposedError,
  ExtractorError,
  FlowExtractor,
  FrameError,
  fiveTuple,
  innerVxlan,
  LinkType,
  PacketView,
  stripMpls,
  TcpFlag,
  Timestamp,
} from '../../../bindings'
import { ethernet, ipv4, ipv4Icmp, ipv4Tcp, ipv4Udp, ipv6, mpls, tcp, udp, vlan, vxlan } from '../../support/frames'
import { at } from '../support'

const text = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes)
const ADDRESSES = { source: '10.0.0.2', destination: '10.0.0.1' }

describe('FlowExtractor', () => {
  it('tells all of a TCP segment', async () => {
    using extractor = await FlowExtractor.create(fiveTuple())
    const fields = { sequence: 7, acknowledgement: 0xffff_ffff, flags: 'PA', window: 512 }
    const view = at(1, ipv4Tcp('10.0.0.2:80', '10.0.0.1:4000', fields, 'hello'))
    const extracted = extractor.extract(view)
    expect(extracted).toMatchObject({ orientation: 'reverse', protocol: 'tcp', payloadLength: 5, isFragment: false })
    expect(extracted?.tcp).toEqual({
      flags: TcpFlag.Psh | TcpFlag.Ack,
      sequence: 7,
      acknowledgement: 0xffff_ffff,
      window: 512,
    })
    expect(text(extracted?.payload)).toBe('hello')
    expect(extracted?.payload?.buffer).toBe(view.frame.buffer)
    expect(extracted?.icmp).toBeUndefined()
    expect(extracted?.encapsulations).toEqual([])
  })

  it('tells the type of an ICMP message', async () => {
    using extractor = await FlowExtractor.create(fiveTuple())
    const extracted = extractor.extract(at(1, ipv4Icmp('10.0.0.1', '10.0.0.2', { type: 3, code: 1 })))
    expect(extracted).toMatchObject({ orientation: 'forward', protocol: 'icmp', icmp: { type: 3, code: 1 } })
    expect(extracted?.tcp).toBeUndefined()
  })

  it('finds the payload in a tunnel, and names what it took off', async () => {
    using extractor = await FlowExtractor.create(autoDetectEncap(fiveTuple()))
    const inner = ethernet({}, ipv4(ADDRESSES, tcp({ source: 80, destination: 4000 }, 'inside')))
    const outer = { source: '2001:db8::1', destination: '2001:db8::2' }
    const packet = ipv6(outer, udp({ source: 5000, destination: 4789 }, vxlan(77, inner)))
    const extracted = extractor.extract(at(1, ethernet({}, vlan({ id: 10 }, packet)).bytes))
    expect(String(extracted?.key)).toBe('tcp 10.0.0.1:4000 <-> 10.0.0.2:80')
    expect(text(extracted?.payload)).toBe('inside')
    expect(extracted?.encapsulations).toEqual([
      { kind: 'vlan', id: 10 },
      {
        kind: 'vxlan',
        id: 77,
        source: { address: '2001:db8::1', port: 5000 },
        destination: { address: '2001:db8::2', port: 4789 },
      },
    ])
  })

  it('reads other link types', async () => {
    using extractor = await FlowExtractor.create(fiveTuple())
    const frame = ipv4(ADDRESSES, udp({ source: 1, destination: 2 }, 'x')).bytes
    expect(extractor.extract(new PacketView(frame, Timestamp.ZERO))).toBeUndefined()
    expect(extractor.extract(new PacketView(frame, Timestamp.ZERO, { linkType: LinkType.Raw }))?.protocol).toBe('udp')
  })

  it('says when a frame was cut', async () => {
    using extractor = await FlowExtractor.create(fiveTuple())
    const frame = ipv4Udp('10.0.0.1:1', '10.0.0.2:2', 'hello')
    const view = new PacketView(frame.subarray(0, -3), Timestamp.ZERO, { wireLength: frame.length })
    expect(extractor.extract(view)).toMatchObject({ isTruncated: true, payloadLength: 5 })
    expect(text(extractor.extract(view)?.payload)).toBe('he')
  })

  it('answers nothing for what is not matched', async () => {
    using extractor = await FlowExtractor.create(innerVxlan(fiveTuple()))
    expect(extractor.extract(at(1, ipv4Udp('10.0.0.1:1', '10.0.0.2:2', 'x')))).toBeUndefined()
    expect(extractor.extract(at(1, new Uint8Array(0)))).toBeUndefined()
  })

  it('bounds the frame', async () => {
    using extractor = await FlowExtractor.create(fiveTuple())
    expect(extractor.extract(at(1, new Uint8Array(262_144)))).toBeUndefined()
    expect(() => extractor.extract(at(1, new Uint8Array(262_145)))).toThrow(FrameError)
  })

  it('ends with its disposal', async () => {
    const extractor = await FlowExtractor.create(fiveTuple())
    extractor.dispose()
    extractor.dispose()
    expect(() => extractor.extract(at(1, new Uint8Array(60)))).toThrow(DisposedError)
  })
})

describe('a custom extractor', () => {
  const frame = ethernet({}, mpls([100], ipv4(ADDRESSES, udp({ source: 1, destination: 2 }, 'abc')))).bytes

  it('sees what the combinators have left', async () => {
    const seen: PacketView[] = []
    using extractor = await FlowExtractor.create(
      stripMpls(
        customExtractor((view) => {
          seen.push(new PacketView(view.frame.slice(), view.timestamp, view))
          return undefined
        }),
      ),
    )
    expect(extractor.extract(at(1.5, frame))).toBeUndefined()
    expect(seen).toHaveLength(1)
    expect(seen[0]?.frame).toEqual(frame.slice(18))
    expect(String(seen[0]?.timestamp)).toBe('1.500000000')
    expect([LinkType.Raw, LinkType.Ipv4] as number[]).toContain(seen[0]?.linkType)
  })

  it('says what it found', async () => {
    const tcpInfo = { flags: TcpFlag.Syn, sequence: 1, acknowledgement: 2, payloadOffset: 28, payloadLength: 3 }
    using extractor = await FlowExtractor.create(
      stripMpls(
        customExtractor(() => ({ key: Uint8Array.of(1), orientation: 'reverse', protocol: '200', tcp: tcpInfo })),
      ),
    )
    const extracted = extractor.extract(at(1, frame))
    expect(extracted).toMatchObject({ orientation: 'reverse', protocol: '200', payloadLength: 3 })
    expect(extracted?.tcp).toEqual({ flags: TcpFlag.Syn, sequence: 1, acknowledgement: 2, window: 0 })
    expect(text(extracted?.payload)).toBe('abc')
  })

  it('need not name a protocol', async () => {
    using extractor = await FlowExtractor.create(customExtractor(() => ({ key: Uint8Array.of(1) })))
    expect(extractor.extract(at(1, frame))).toMatchObject({
      orientation: 'forward',
      protocol: undefined,
      tcp: undefined,
    })
  })

  const tcpInfo = { flags: 0, sequence: 0, acknowledgement: 0, payloadOffset: 0, payloadLength: 0 }
  it.each<[string, unknown]>([
    ['no key', {}],
    ['an empty key', { key: new Uint8Array(0) }],
    ['a long key', { key: new Uint8Array(49) }],
    ['an orientation', { key: Uint8Array.of(1), orientation: 'up' }],
    ['a protocol', { key: Uint8Array.of(1), protocol: 'TCP' }],
    ['flags', { key: Uint8Array.of(1), tcp: { ...tcpInfo, flags: 256 } }],
    ['a sequence number', { key: Uint8Array.of(1), tcp: { ...tcpInfo, sequence: -1 } }],
    ['a payload', { key: Uint8Array.of(1), tcp: { ...tcpInfo, payloadLength: Number.NaN } }],
  ])('is refused %s', async (_, answer) => {
    using extractor = await FlowExtractor.create(customExtractor(() => answer as CustomExtraction))
    expect(() => extractor.extract(at(1, frame))).toThrow(ExtractorError)
  })

  it('bounds a payload that lies beyond the frame', async () => {
    const beyond = { ...tcpInfo, payloadOffset: 4_000_000_000, payloadLength: 4_000_000_000 }
    using extractor = await FlowExtractor.create(customExtractor(() => ({ key: Uint8Array.of(1), tcp: beyond })))
    expect(extractor.extract(at(1, frame))).toMatchObject({ payload: undefined, payloadLength: 4_000_000_000 })
  })

  it('lets its errors through, and cannot call its extractor', async () => {
    const extractors: FlowExtractor[] = []
    let act = (): CustomExtraction | undefined => {
      throw new Error('mine')
    }
    using extractor = await FlowExtractor.create(customExtractor(() => act()))
    extractors.push(extractor)
    expect(() => extractor.extract(at(1, frame))).toThrow('mine')
    act = () => {
      extractors[0]?.extract(at(1, frame))
      return undefined
    }
    expect(() => extractor.extract(at(1, frame))).toThrow(BusyError)
    act = () => {
      extractor.dispose()
      return undefined
    }
    expect(() => extractor.extract(at(1, frame))).toThrow(BusyError)
    act = () => ({ key: Uint8Array.of(1) })
    expect(extractor.extract(at(1, frame))).toBeDefined()
  })
})
