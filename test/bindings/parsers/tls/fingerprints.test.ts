import { describe, expect, it } from 'vitest'
import { clientHello, type Extension, extension, records, serverHello } from './build'
import { only, read } from './support'

const GREASE = [0x0a0a, 0x1a1a, 0xfafa] as const

function client(suites: number[], extensions: Extension[] = [], version = 0x0303) {
  return only(read([['initiator', records(clientHello({ version, suites, extensions }))]]), 'client_hello')
}

describe('JA3', () => {
  it('gives the examples of its authors', () => {
    const suites = [47, 53, 5, 10, 49161, 49162, 49171, 49172, 50, 56, 19, 4]
    const full = client(suites, [extension.empty(0), extension.groups(23, 24, 25), extension.formats(0)], 0x0301)
    expect(full.ja3).toBe('769,47-53-5-10-49161-49162-49171-49172-50-56-19-4,0-10-11,23-24-25,0')
    expect(full.ja3Hash).toBe('ada70206e40642a3e4461f35503241d5')
    const bare = client([4, 5, 10, 9, 100, 98, 3, 6, 19, 18, 99], [], 0x0301)
    expect([bare.ja3, bare.ja3Hash]).toEqual([
      '769,4-5-10-9-100-98-3-6-19-18-99,,,',
      'de350869b8c85de67a350c8d186f11e6',
    ])
  })

  it('leaves GREASE out, but not its look-alikes', () => {
    const extensions = [extension.empty(GREASE[1]), extension.groups(GREASE[2], 29), extension.empty(0x0a1a)]
    const hello = client([GREASE[0], 0x1301], extensions)
    expect(hello.ja3).toBe('771,4865,10-2586,29,')
    expect(hello.cipherSuites).toEqual([GREASE[0], 0x1301])
    expect(hello.groups).toEqual([GREASE[2], 29])
  })
})

describe('JA3S', () => {
  it('gives the example of its authors', () => {
    const extensions = [0xff01, 0, 11, 35, 5, 16].map(extension.empty)
    const hello = serverHello({ version: 0x0301, suites: [0x2f], extensions })
    const { ja3s, ja3sHash } = only(read([['responder', records(hello)]]), 'server_hello')
    expect([ja3s, ja3sHash]).toEqual(['769,47,65281-0-11-35-5-16', '836ce314215654b5b1f85f97c73e506f'])
  })

  it('is version, cipher suite and extensions', () => {
    const hello = serverHello({ suites: [0x1302], extensions: [extension.empty(51), extension.selected(0x0304)] })
    const { ja3s, ja3sHash } = only(read([['responder', records(hello)]]), 'server_hello')
    // The hash is what tshark 4.0 gives for an OpenSSL server.
    expect([ja3s, ja3sHash]).toEqual(['771,4866,51-43', '907bf3ecef1c987c889946b737b43de8'])
  })
})

describe('JA4', () => {
  const suites = [0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc013, 0xc014]
  const chrome: Extension[] = [
    extension.empty(GREASE[0]),
    ...[0x001b, 0x0033, 0x4469, 0x0017, 0x002d].map(extension.empty),
    extension.sni('example.com'),
    extension.alpn('h2', 'http/1.1'),
    extension.signatures(0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601),
    extension.versions(GREASE[1], 0x0304, 0x0303),
    ...[0x0005, 0x0023, 0x0012, 0xff01, 0x000b, 0x000a, 0x0015].map(extension.empty),
    extension.empty(GREASE[2]),
  ]

  it('gives the example of its authors', () => {
    const hello = client([GREASE[0], ...suites, 0x009c, 0x009d, 0x002f, 0x0035], chrome)
    expect(hello.ja4).toBe('t13d1516h2_8daaf6152771_e5627efa2ab1')
  })

  it('writes the first protocol, or what it is made of', () => {
    const part = (...names: string[]) => client([47], [extension.alpn(...names)]).ja4?.slice(8, 10)
    expect([
      part('http/1.1'),
      part('x'),
      part(''),
      part('\xab'),
      part('\xab\xcd'),
      part('0\xab'),
      part('0\xab\xcd1'),
    ]).toEqual(['h1', 'xx', '00', 'ab', 'ad', '3b', '01'])
  })

  it('has zeros for what is missing, and versions in two characters', () => {
    expect(client([]).ja4).toBe('t12i000000_000000000000_000000000000')
    const versions = [0x0304, 0x0303, 0x0302, 0x0301, 0x0300, 0x0002, 0x7f17]
    expect(versions.map((version) => client([47], [], version).ja4?.slice(1, 3))).toEqual([
      '13',
      '12',
      '11',
      '10',
      's3',
      's2',
      '00',
    ])
    expect(client(Array.from({ length: 120 }, (_, i) => 0x2000 + i)).ja4?.slice(4, 6)).toBe('99')
  })
})

it('makes only the fingerprints that are asked for', () => {
  const steps = [['initiator', records(clientHello())]] as const
  const { ja3, ja3Hash, ja4 } = only(read(steps, { ja3: false, ja4: false }), 'client_hello')
  expect([ja3, ja3Hash, ja4]).toEqual([undefined, undefined, undefined])
})
