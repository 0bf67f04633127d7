import { describe, expect, it } from 'vitest'
import {
  APPLICATION_DATA,
  CHANGE_CIPHER_SPEC,
  certificate,
  clientHello,
  extension,
  handshake,
  record,
  records,
  serverHello,
  text,
  u16,
  vector,
} from './build'
import { CERTIFICATE_DER, handshakeOf } from './handshakes'
import { every, kinds, only, read, type Step } from './support'

/** The random value of a HelloRetryRequest (RFC 8446 section 4.1.3). */
const RETRY = [...Buffer.from('cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c', 'hex')]
const TLS13 = extension.selected(0x0304)

describe('handshakes of a real program', () => {
  it('reads TLS 1.3', async () => {
    const { steps } = await handshakeOf('TLSv1.3')
    const reading = read(steps)
    expect(kinds(reading)).toEqual(['client_hello', 'server_hello'])
    const hello = only(reading, 'client_hello')
    expect([hello.sni, hello.alpn, hello.versions, hello.malformed]).toEqual([
      'flowscope.test',
      ['h2'],
      [0x0304],
      false,
    ])
    expect(hello.ja4).toMatch(/^t13d\d{4}h2_[0-9a-f]{12}_[0-9a-f]{12}$/)
    const answer = only(reading, 'server_hello')
    expect([answer.version, answer.versionName, answer.cipherSuiteName]).toEqual([
      0x0304,
      'TLS 1.3',
      'TLS_AES_256_GCM_SHA384',
    ])
    expect(reading.parser.isDone).toBe(true)
  })

  it('reads TLS 1.3 with a HelloRetryRequest', async () => {
    const reading = read((await handshakeOf('TLSv1.3', ['X25519:P-256', 'P-256'])).steps)
    expect(kinds(reading)).toEqual(['client_hello', 'server_hello', 'client_hello', 'server_hello'])
    const answers = reading.messages.map(([, message]) => message).filter((message) => message.kind === 'server_hello')
    expect(answers.map((answer) => answer.helloRetryRequest)).toEqual([true, false])
    expect(answers.map((answer) => answer.keyShare)).toEqual([23, 23])
    expect(reading.parser.isDone).toBe(true)
  })

  it('reads TLS 1.2 with its certificate', async () => {
    const reading = read((await handshakeOf('TLSv1.2')).steps)
    expect(kinds(reading)).toEqual(['client_hello', 'server_hello', 'certificate'])
    expect(only(reading, 'server_hello')).toMatchObject({ version: 0x0303, alpn: 'h2' })
    expect(only(reading, 'certificate').certificates.map((der) => Buffer.from(der))).toEqual([CERTIFICATE_DER])
    expect(reading.parser.isDone).toBe(true)
  })

  it('says the same however the bytes are cut', async () => {
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
      const { steps } = await handshakeOf(version)
      const whole = read(steps)
      for (const length of [...Array.from({ length: 40 }, (_, i) => i + 1), 100, 517, 1000]) {
        const cut = read(steps, {}, every(length))
        expect([cut.messages, cut.done, cut.parser.counters]).toEqual([
          whole.messages,
          whole.done,
          whole.parser.counters,
        ])
      }
    }
  })
})

describe('records and messages', () => {
  const flight = [...serverHello(), ...certificate([1, 2, 3], [4, 5]), ...handshake(14, [])]

  it.each([1, 2, 3, 4, 5, 7, 50, 16_384])('may be cut in records of %i bytes', (size) => {
    const reading = read([
      ['initiator', records(clientHello(), size)],
      ['responder', records(flight, size)],
    ])
    expect(kinds(reading)).toEqual(['client_hello', 'server_hello', 'certificate'])
    expect(only(reading, 'certificate').certificates).toEqual([Uint8Array.of(1, 2, 3), Uint8Array.of(4, 5)])
  })

  it('keeps a hello of post-quantum size', () => {
    const share = [51, vector(2, [...u16(4588), ...vector(2, Array(60_000).fill(7))])] as const
    const hello = only(
      read([['initiator', records(clientHello({ extensions: [share] }))]], {}, every(1400)),
      'client_hello',
    )
    expect([hello.keyShares, hello.malformed]).toEqual([[4588], false])
  })

  it('tells the version of the record that a message begins in', () => {
    const hello = clientHello()
    const bytes = [...record(22, hello.slice(0, 9), 0x0301), ...record(22, hello.slice(9), 0x0302)]
    expect(only(read([['initiator', bytes]]), 'client_hello').recordVersion).toBe(0x0301)
  })

  it('reads a client that the flow took for the responder', () => {
    const reading = read([
      ['responder', records(clientHello())],
      ['initiator', records(serverHello())],
    ])
    expect(reading.messages.map(([side, { kind }]) => [side, kind])).toEqual([
      ['responder', 'client_hello'],
      ['initiator', 'server_hello'],
    ])
  })
})

describe('the end of what can be read', () => {
  it.each<[string, Step[], ('initiator' | 'responder')[]]>([
    ['application data', [['initiator', APPLICATION_DATA]], ['initiator']],
    [
      'ChangeCipherSpec up to TLS 1.2',
      [['responder', [...records(serverHello()), ...CHANGE_CIPHER_SPEC]]],
      ['responder'],
    ],
    ['the ServerHello of TLS 1.3', [['responder', records(serverHello({ extensions: [TLS13] }))]], ['responder']],
    ['a fatal alert', [['responder', record(21, [2, 40])]], ['responder']],
    ['close_notify', [['responder', record(21, [1, 0])]], ['responder']],
    ['an encrypted alert', [['responder', record(21, Array(26).fill(1))]], ['responder']],
    [
      'encrypted handshake',
      [['initiator', [...records(clientHello()), ...CHANGE_CIPHER_SPEC, ...record(22, Array(40).fill(0))]]],
      ['initiator'],
    ],
  ])('is %s', (_, steps, done) => {
    expect(read(steps).done).toEqual(done)
  })

  it('is not a ChangeCipherSpec before a second ClientHello, nor early data', () => {
    const early = clientHello({ extensions: [extension.empty(42)] })
    const first = [...records(early), ...CHANGE_CIPHER_SPEC, ...APPLICATION_DATA]
    const retry = records(serverHello({ extensions: [TLS13] }, RETRY))
    const reading = read([
      ['initiator', first],
      ['responder', [...retry, ...CHANGE_CIPHER_SPEC]],
      ['initiator', [...records(clientHello()), ...CHANGE_CIPHER_SPEC]],
      ['responder', records(serverHello({ extensions: [TLS13] }))],
      ['initiator', APPLICATION_DATA],
    ])
    expect(kinds(reading)).toEqual(['client_hello', 'server_hello', 'client_hello', 'server_hello'])
    expect(reading.done).toEqual(['responder', 'initiator'])
  })

  it('lets a client alert in the clear after a ServerHello that it does not like', () => {
    const reading = read([
      ['initiator', records(clientHello())],
      ['responder', records(serverHello({ extensions: [TLS13] }))],
      ['initiator', record(21, [2, 47])],
    ])
    expect(only(reading, 'alert')).toEqual({
      kind: 'alert',
      level: 2,
      levelName: 'fatal',
      description: 47,
      descriptionName: 'illegal_parameter',
    })
    expect(reading.parser.isDone).toBe(true)
  })
})

describe('SSL 2.0 framing', () => {
  const hello = (version: number) => {
    const kinds = [0x07, 0x00, 0xc0, 0x00, 0x00, 0x2f]
    const body = [1, ...u16(version), ...u16(kinds.length), ...u16(0), ...u16(16), ...kinds, ...Array(16).fill(9)]
    return [0x80, body.length, ...body]
  }

  it('is read without fingerprints, and TLS may go on', () => {
    const reading = read([
      ['initiator', hello(0x0301)],
      ['responder', records(serverHello({ version: 0x0301 }))],
      ['initiator', record(21, [2, 40], 0x0301)],
    ])
    expect(kinds(reading)).toEqual(['client_hello', 'server_hello', 'alert'])
    const { framing, legacyVersion, cipherSuites, cipherKinds, ja3, ja4 } = only(reading, 'client_hello')
    expect([framing, legacyVersion, cipherSuites, cipherKinds]).toEqual(['sslv2', 0x0301, [0x2f], [0x0700c0, 0x2f]])
    expect([ja3, ja4]).toEqual([undefined, undefined])
  })

  it('ends what is read where the version is SSL 2.0 itself', () => {
    const reading = read([
      ['initiator', hello(2)],
      ['responder', [0x80, 0x20, 4, 0, 1, 0, 2]],
    ])
    expect([kinds(reading), reading.parser.isDone]).toEqual([['client_hello'], true])
  })
})

describe('TLS that begins late', () => {
  const plain: Step[] = [
    ['responder', text('* OK ready\r\n')],
    ['initiator', text('1 STARTTLS\r\n')],
    ['responder', text('1 OK begin\r\n')],
  ]

  it.each([1, 3, 1000])('is found behind STARTTLS, cut every %i bytes', (length) => {
    const hellos: Step[] = [
      ['initiator', records(clientHello())],
      ['responder', records(serverHello())],
    ]
    expect(kinds(read([...plain, ...hellos], {}, every(length)))).toEqual(['client_hello', 'server_hello'])
    const refused: Step[] = [hellos[0] as Step, ['responder', record(21, [2, 40])]]
    expect(kinds(read([...plain, ...refused], {}, every(length)))).toEqual(['client_hello', 'alert'])
  })

  it('is not looked for in what only one side sends', () => {
    const reading = read([['initiator', [...text('a capture inside a stream'), ...records(clientHello())]]])
    expect(kinds(reading)).toEqual([])
  })

  it.each([7, 1000])('is looked for in so many bytes and no more, cut every %i', (length) => {
    const bytes = [...text('x'.repeat(100)), ...records(clientHello())]
    const steps: Step[] = [
      ['responder', [1]],
      ['initiator', bytes],
    ]
    expect(kinds(read(steps, { searchBytes: 111 }, every(length)))).toEqual(['client_hello'])
    const short = read(steps, { searchBytes: 110 }, every(length))
    expect([kinds(short), short.done, short.parser.counters.searchedBytes]).toEqual([[], ['initiator'], 110])
  })
})

describe('holes', () => {
  const hello = records(clientHello({ extensions: [extension.sni('example.com')] }))

  it('inside a message cost that message', () => {
    const rest = [...certificate(Array(200).fill(1)), ...serverHello()]
    const bytes = records(rest)
    const reading = read([
      ['responder', bytes.slice(0, 60)],
      ['responder', 40],
      ['responder', bytes.slice(100)],
    ])
    expect(kinds(reading)).toEqual(['tls_handshake_lost', 'server_hello'])
  })

  it('before a message do not', () => {
    expect(
      kinds(
        read([
          ['initiator', 1000],
          ['initiator', hello],
        ]),
      ),
    ).toEqual(['client_hello'])
    const reading = read([
      ['initiator', text('xyz')],
      ['initiator', 1000],
      ['initiator', [...text('abcdefgh'), ...hello]],
    ])
    expect(kinds(reading)).toEqual(['client_hello'])
  })

  it('over the end of a record are looked past', () => {
    const reading = read([
      ['initiator', hello.slice(0, 20)],
      ['initiator', 5000],
      ['initiator', [...text('abc'), ...hello]],
    ])
    expect(kinds(reading)).toEqual(['tls_handshake_lost', 'client_hello'])
  })
})

describe('what is wrong', () => {
  it('is told of a hello, which is read as far as it goes', () => {
    const hello = only(
      read([['initiator', records(clientHello({ extensions: [extension.sni('a'), [10, [0, 9, 1]], [16, []]] }))]]),
      'client_hello',
    )
    expect([hello.sni, hello.groups, hello.malformed]).toEqual(['a', [], true])
    const twice = clientHello({ extensions: [extension.sni('a'), extension.sni('b')] })
    expect(only(read([['initiator', records(twice)]]), 'client_hello')).toMatchObject({ sni: 'a', malformed: true })
    expect(kinds(read([['initiator', records(handshake(1, [3, 3, 0]))]]))).toEqual(['tls_malformed_handshake'])
  })

  it('is told of a record', () => {
    const reading = read([['initiator', [...records(clientHello()), ...text('GET / HTTP/1.1')]]])
    expect(kinds(reading)).toEqual(['client_hello', 'tls_malformed_record'])
    expect(reading.done).toEqual(['initiator'])
  })

  it('is told of a message that is too long, which is skipped', () => {
    const long = [...certificate(Array(2000).fill(1)), ...serverHello()]
    const reading = read([['responder', records([...serverHello(), ...long])]], { maxHandshakeBytes: 1000 })
    expect(kinds(reading)).toEqual(['server_hello', 'tls_handshake_too_long', 'server_hello'])
  })

  it('is told of a message without end', () => {
    const reading = read([['initiator', records(clientHello()).slice(0, 30)]])
    reading.parser.fin('initiator')
    expect(kinds(reading)).toEqual(['tls_handshake_incomplete'])
  })

  it('is counted', () => {
    const { counters } = read([['initiator', [...records(clientHello()), 0, 0, 0, 0, 0]]]).parser
    expect(counters).toMatchObject({ records: 1, messages: 1, malformed: 1, lost: 0 })
  })
})

describe('text', () => {
  it('shows what is not printable as U+FFFD, and keeps names that mean something to JavaScript', () => {
    const hello = clientHello({
      extensions: [extension.sni('__proto__\x00\xff'), extension.alpn('constructor', '\x0a')],
    })
    const { sni, alpn } = only(read([['initiator', records(hello)]]), 'client_hello')
    expect([sni, alpn]).toEqual(['__proto__\ufffd\ufffd', ['constructor', '\ufffd']])
  })

  it('signals Encrypted Client Hello', () => {
    const outer = [0, ...u16(1), ...u16(3), 216, ...vector(2, [1, 2]), ...vector(2, [3])]
    const hello = (data: number[]) =>
      only(read([['initiator', records(clientHello({ extensions: [[0xfe0d, data]] }))]]), 'client_hello')
    expect(hello(outer).encryptedClientHello).toEqual({ type: 'outer', kdf: 1, aead: 3, configId: 216 })
    expect(hello([1]).encryptedClientHello).toEqual({ type: 'inner' })
    expect(hello(outer.slice(0, 8))).toMatchObject({ malformed: true })
  })
})
