import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { Driver, fileSource, messages, PacketView, Timestamp } from '../../../../bindings'
import {
  type TlsCertificate,
  type TlsClientHello,
  type TlsMessage,
  type TlsServerHello,
  tls,
  tlsCipherSuiteName,
  tlsGroupName,
} from '../../../../bindings/parsers/tls/index'
import { decodeCertificate } from '../../../../bindings/parsers/x509/index'
import { readTrace, type Traced, type TracedHello } from './openssl-trace'

// Recorded by scripts/record-tls.sh. Messages are held against what the programs printed, which lies beside.
const FOLDER = 'test/fixtures/recorded/tls'
const TRACED = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.txt'))
  .map((file) => file.replace('.txt', ''))

async function read(name: string): Promise<{ side: string; message: TlsMessage }[]> {
  const found: { side: string; message: TlsMessage }[] = []
  for await (const { side, message } of messages(fileSource(`${FOLDER}/${name}.pcap`), [tls()])) {
    found.push({ side, message })
  }
  return found
}

async function only<K extends TlsMessage['kind']>(name: string, kind: K): Promise<Extract<TlsMessage, { kind: K }>> {
  const found = (await read(name)).map(({ message }) => message).filter((message) => message.kind === kind)
  expect(found).toHaveLength(1)
  return found[0] as Extract<TlsMessage, { kind: K }>
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex').toUpperCase()

const EXTENSION = { groups: 10, formats: 11, signatures: 13, alpn: 16, versions: 43, keyShare: 51 }

/** A message in the form of OpenSSL's trace. */
function asTraced(side: string, message: TlsMessage): Traced {
  const isSent = side === 'initiator'
  switch (message.kind) {
    case 'alert':
      return { kind: 'alert', isSent, level: message.level, description: message.description }
    case 'certificate':
      return { kind: 'certificate', isSent, certificates: message.certificates.map((der) => Buffer.from(der)) }
    case 'client_hello': {
      const { groups, pointFormats, signatureAlgorithms, alpn, versions, keyShares } = message
      return traced(isSent, message, message.cipherSuites, [
        [EXTENSION.groups, groups],
        [EXTENSION.formats, pointFormats],
        [EXTENSION.signatures, signatureAlgorithms],
        [EXTENSION.alpn, alpn],
        [EXTENSION.versions, versions],
        [EXTENSION.keyShare, keyShares],
      ])
    }
    case 'server_hello': {
      const { keyShare, version, legacyVersion, alpn, pointFormats } = message
      return traced(
        isSent,
        message,
        [message.cipherSuite],
        [
          [EXTENSION.formats, pointFormats],
          [EXTENSION.alpn, alpn === undefined ? undefined : [alpn]],
          [EXTENSION.versions, version === legacyVersion ? undefined : [version]],
          [EXTENSION.keyShare, keyShare === undefined ? undefined : [keyShare]],
        ],
      )
    }
  }
}

function traced(
  isSent: boolean,
  { kind, recordVersion, legacyVersion, random, sessionId, extensions }: TlsClientHello | TlsServerHello,
  cipherSuites: readonly number[],
  values: [number, readonly (number | string)[] | undefined][],
): TracedHello {
  return {
    kind,
    isSent,
    recordVersion,
    version: legacyVersion,
    random: hex(random),
    sessionId: hex(sessionId),
    cipherSuites: [...cipherSuites],
    extensions: [...extensions],
    values: new Map(values.flatMap(([type, list]) => (list ? [[type, [...list]] as const] : []))),
  }
}

/** Without values that a hello of ours does not have. */
function comparable(message: Traced): Traced {
  if (message.kind !== 'client_hello' && message.kind !== 'server_hello') return message
  const read = new Set(Object.values(EXTENSION))
  return { ...message, values: new Map([...message.values].filter(([type]) => read.has(type))) }
}

describe.each(TRACED)('%s', (name) => {
  it('says what OpenSSL saw', async () => {
    const expected = readTrace(readFileSync(`${FOLDER}/${name}.txt`, 'utf8')).map(comparable)
    expect(expected.length).toBeGreaterThan(1)
    const found = await read(name)
    expect(found.map(({ side, message }) => asTraced(side, message))).toEqual(expected)
    expect(found.filter(({ message }) => 'malformed' in message && message.malformed)).toEqual([])
  })
})

it.each<[string, string[]]>([
  ['openssl-tls13', ['client_hello', 'server_hello']],
  ['openssl-tls13-retry', ['client_hello', 'server_hello retry', 'client_hello', 'server_hello']],
  ['openssl-tls12', ['client_hello', 'server_hello', 'certificate']],
  ['openssl-tls12-small-records', ['client_hello', 'server_hello', 'certificate']],
  ['openssl-tls12-client-certificate', ['client_hello', 'server_hello', 'certificate', 'certificate']],
  [
    'openssl-tls12-certificate-required',
    ['client_hello', 'server_hello', 'certificate', 'certificate', 'alert handshake_failure'],
  ],
  ['openssl-protocol-version', ['client_hello', 'alert protocol_version']],
])('%s shows what it was made for', async (name, expected) => {
  const kinds = (await read(name)).map(({ message }) => {
    if (message.kind === 'server_hello' && message.helloRetryRequest) return 'server_hello retry'
    return message.kind === 'alert' ? `alert ${message.descriptionName}` : message.kind
  })
  expect(kinds).toEqual(expected)
})

interface NodeSaid {
  readonly protocol: string
  readonly cipher: string
  readonly alpn: string
  readonly servername: string
  readonly key: { readonly name: string }
  readonly certificate: Readonly<Record<'subjectaltname' | 'valid_from' | 'valid_to' | 'serialNumber', string>> &
    Readonly<Record<'fingerprint' | 'fingerprint256', string>> & { readonly subject: object; readonly issuer: object }
}

describe.each(['node-tls12', 'node-tls13'])('%s', (name) => {
  const said: NodeSaid = JSON.parse(readFileSync(`${FOLDER}/${name}.json`, 'utf8'))

  it('says what Node saw', async () => {
    const client = await only(name, 'client_hello')
    const server = await only(name, 'server_hello')
    expect(server.versionName?.replace(' ', 'v')).toBe(said.protocol)
    expect(server.cipherSuiteName).toBe(said.cipher)
    expect(client).toMatchObject({ sni: said.servername, alpn: [said.alpn] })
    // TLS 1.3 encrypts the protocol; TLS 1.2 has the group in a message that is not read.
    if (server.version === 0x0303) expect(server.alpn).toBe(said.alpn)
    else expect(tlsGroupName(server.keyShare ?? 0)).toBe(said.key.name.toLowerCase())
  })
})

it('decodes the certificate that Node decoded', async () => {
  const { certificate: said }: NodeSaid = JSON.parse(readFileSync(`${FOLDER}/node-tls12.json`, 'utf8'))
  const { certificates } = (await only('node-tls12', 'certificate')) as TlsCertificate
  const certificate = decodeCertificate(certificates[0] as Uint8Array)
  const words = { dns: 'DNS', ip: 'IP Address' } as Readonly<Record<string, string>>
  const named = (attributes: readonly { name?: string; value: string }[] = []) =>
    Object.fromEntries(attributes.map(({ name, value }) => [name, value]))
  const fingerprint = (text: string) => text.replaceAll(':', '').toLowerCase()
  expect({
    names: certificate?.subjectAltNames.map(({ kind, value }) => `${words[kind]}:${value}`).join(', '),
    subject: named(certificate?.subject.attributes),
    issuer: named(certificate?.issuer.attributes),
    from: certificate?.notBefore?.getTime(),
    until: certificate?.notAfter?.getTime(),
    serial: certificate?.serialNumber,
    sha1: certificate?.sha1,
    sha256: certificate?.sha256,
  }).toEqual({
    names: said.subjectaltname,
    subject: said.subject,
    issuer: said.issuer,
    from: Date.parse(said.valid_from),
    until: Date.parse(said.valid_to),
    serial: said.serialNumber.toLowerCase(),
    sha1: fingerprint(said.fingerprint),
    sha256: fingerprint(said.fingerprint256),
  })
})

describe('go-post-quantum', () => {
  const said: Readonly<Record<'protocol' | 'cipher' | 'alpn' | 'servername' | 'group', string>> = JSON.parse(
    readFileSync(`${FOLDER}/go-post-quantum.json`, 'utf8'),
  )

  it('says what Go saw, out of a hello that takes two segments', async () => {
    const client = await only('go-post-quantum', 'client_hello')
    const server = await only('go-post-quantum', 'server_hello')
    expect({
      protocol: server.versionName,
      cipher: tlsCipherSuiteName(server.cipherSuite),
      alpn: client.alpn?.[0],
      servername: client.sni,
      group: tlsGroupName(server.keyShare ?? 0),
    }).toEqual(said)
    expect(client.keyShares?.map(tlsGroupName)).toEqual([said.group, 'x25519'])
  })
})

/** The frames of a capture, little-endian and in microseconds. */
function framesOf(name: string): PacketView[] {
  const bytes = readFileSync(`${FOLDER}/${name}.pcap`)
  const frames: PacketView[] = []
  for (let at = 24; at < bytes.length; at += 16 + bytes.readUInt32LE(at + 8)) {
    const time = BigInt(bytes.readUInt32LE(at)) * 1_000_000_000n + BigInt(bytes.readUInt32LE(at + 4)) * 1000n
    const frame = Uint8Array.from(bytes.subarray(at + 16, at + 16 + bytes.readUInt32LE(at + 8)))
    frames.push(new PacketView(frame, Timestamp.fromNanoseconds(time)))
  }
  return frames
}

it.each([
  'openssl-tls12-client-certificate',
  'openssl-tls13-retry',
  'openssl-tls13',
])('tells the core when all that can be read of %s has been', async (name) => {
  const driver = await Driver.create({ parsers: [tls()] })
  // One by one: out of a file the core reads ahead of the parser.
  const events = [...framesOf(name).flatMap((frame) => driver.track(frame)), ...driver.finish()]
  driver.dispose()
  const ended = events.filter((event) => event.kind === 'ended')
  expect(ended).toHaveLength(1)
  for (const { stats } of ended) {
    for (const side of [stats.initiator, stats.responder]) {
      expect(side.stream?.stopped).toBe('done')
      // What is encrypted goes on behind it, and is not put in order.
      expect(side.stream?.deliveredBytes).toBeLessThan(side.payloadBytes)
    }
  }
})
