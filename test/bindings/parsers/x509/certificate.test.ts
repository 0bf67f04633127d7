import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type Certificate, decodeCertificate, type GeneralName } from '../../../../bindings/parsers/x509/index'

// Made by scripts/generate-certificates.sh: certificates of OpenSSL, and what OpenSSL says of them.
const FOLDER = 'test/fixtures/certificates'
const NAMES = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.der'))
  .map((file) => file.replace('.der', ''))

function decoded(name: string): Certificate {
  const certificate = decodeCertificate(readFileSync(`${FOLDER}/${name}.der`))
  if (!certificate) throw new Error(`${name} was not decoded`)
  return certificate
}

/** What stands behind the first of these words in OpenSSL's text. */
function said(text: string, label: string): string | undefined {
  return new RegExp(`^ *${label}(.*)$`, 'm').exec(text)?.[1]?.trim()
}

/** The line below an extension's title. */
function extension(text: string, title: string): string | undefined {
  return new RegExp(`X509v3 ${title}: *(?:critical)?\\n *(.*)$`, 'm').exec(text)?.[1]?.trim()
}

const bare = (fingerprint: string | undefined) => fingerprint?.replaceAll(':', '').toLowerCase()
const iso = (date: Date | undefined) => date?.toISOString().replace('T', ' ').replace('.000', '')

/** OpenSSL's words for key usages, RFC 5280's for ours: `Digital Signature`, `CRL Sign`. */
const opensslUsage = (usage: string) =>
  usage === 'keyCertSign'
    ? 'Certificate Sign'
    : usage === 'cRLSign'
      ? 'CRL Sign'
      : usage.replace(/[A-Z]/g, ' $&').replace(/^./, (letter) => letter.toUpperCase())

/** OpenSSL's words for keys whose names it has older ones for. */
const KEYS: Readonly<Record<string, string>> = {
  ecPublicKey: 'id-ecPublicKey',
  dsa: 'dsaEncryption',
  Ed25519: 'ED25519',
  Ed448: 'ED448',
}
const SIGNATURES: Readonly<Record<string, string>> = {
  'dsa-with-SHA256': 'dsa_with_SHA256',
  Ed25519: 'ED25519',
  Ed448: 'ED448',
}

describe.each(NAMES)('%s', (name) => {
  const text = readFileSync(`${FOLDER}/${name}.txt`, 'utf8')
  const certificate = decoded(name)

  it('is what OpenSSL says', () => {
    const { version, serialNumber, subject, issuer, notBefore, notAfter, sha1, sha256, malformed } = certificate
    expect({
      version: `${version} (0x${version - 1})`,
      serial: serialNumber.toUpperCase(),
      subject: subject.text,
      issuer: issuer.text,
      from: iso(notBefore),
      until: iso(notAfter),
      sha1,
      sha256,
      malformed,
    }).toEqual({
      version: said(text, 'Version: '),
      serial: said(text, 'serial='),
      subject: said(text, 'subject='),
      issuer: said(text, 'issuer='),
      from: said(text, 'notBefore='),
      until: said(text, 'notAfter='),
      sha1: bare(said(text, 'sha1 Fingerprint=')),
      sha256: bare(said(text, 'sha256 Fingerprint=')),
      malformed: false,
    })
    expect(certificate.selfIssued).toBe(said(text, 'subject=') === said(text, 'issuer='))
  })

  it('has the key and the signature that OpenSSL says', () => {
    const { algorithm, bits, curve } = certificate.publicKey
    const size = /Public-Key: \((\d+) bit\)/.exec(text)?.[1]
    expect(KEYS[algorithm] ?? algorithm).toBe(said(text, 'Public Key Algorithm: '))
    if (size !== undefined) expect(String(bits)).toBe(size)
    if (algorithm === 'ecPublicKey') {
      // OpenSSL has the older name of X9.62 for one of them.
      expect(curve?.replace('secp256r1', 'prime256v1')).toBe(said(text, 'ASN1 OID: '))
    }
    const { signatureAlgorithm } = certificate
    expect(SIGNATURES[signatureAlgorithm] ?? signatureAlgorithm).toBe(said(text, 'Signature Algorithm: '))
  })

  it('has the extensions that OpenSSL says', () => {
    const { keyUsage, basicConstraints, subjectKeyIdentifier, authorityKeyIdentifier, extensions } = certificate
    const constraints =
      basicConstraints &&
      `CA:${String(basicConstraints.ca).toUpperCase()}${
        basicConstraints.pathLength === undefined ? '' : `, pathlen:${basicConstraints.pathLength}`
      }`
    expect({
      usage: keyUsage?.map(opensslUsage).join(', '),
      constraints,
      subjectKeyIdentifier,
      authorityKeyIdentifier,
      count: extensions.length,
      critical: extensions.filter(({ critical }) => critical).length,
    }).toEqual({
      usage: extension(text, 'Key Usage'),
      constraints: extension(text, 'Basic Constraints'),
      subjectKeyIdentifier: bare(extension(text, 'Subject Key Identifier')),
      authorityKeyIdentifier: bare(extension(text, 'Authority Key Identifier')),
      count: text.match(/^ *X509v3 (?!extensions)[\w ]+:/gm)?.length ?? 0,
      critical: text.match(/: critical$/gm)?.length ?? 0,
    })
  })
})

describe('a certificate with names of all forms', () => {
  const { subjectAltNames, extendedKeyUsage, subject } = decoded('rsa-2048-names')

  it('shows them as the configuration gave them to OpenSSL', () => {
    expect(subjectAltNames).toEqual([
      { kind: 'dns', value: 'www.example.test' },
      { kind: 'dns', value: '*.example.test' },
      { kind: 'ip', value: '192.0.2.10' },
      { kind: 'ip', value: '2001:db8::1:0:0:10' },
      { kind: 'email', value: 'hostmaster@example.test' },
      { kind: 'uri', value: 'https://example.test/path' },
      { kind: 'registered_id', value: '1.2.3.4.5' },
      { kind: 'directory', value: 'CN=A Directory,C=ZZ' },
      { kind: 'other', value: '1.2.3.4' },
    ] satisfies GeneralName[])
    expect(extendedKeyUsage).toEqual(['serverAuth', 'clientAuth', '1.3.6.1.4.1.311.10.3.3'])
  })

  it('shows attributes unescaped, in the order of the certificate', () => {
    expect(subject.attributes.map(({ name, value }) => `${name}: ${value}`)).toEqual([
      'C: ZZ',
      'ST: Some, State',
      'L: Köln',
      'O:  Example "Org" + Sons; <Ltd>\\',
      'OU: #1',
      'UID: 7',
      'CN: www.example.test',
    ])
  })
})

describe('what is wrong', () => {
  const der = readFileSync(`${FOLDER}/ec-p256-leaf.der`)

  /** The certificate with some of its bytes in the place of others of the same number. */
  function changed(from: string, to: string): Certificate | undefined {
    const bytes = Uint8Array.from(der)
    const at = Buffer.from(bytes).indexOf(Buffer.from(from, 'latin1'))
    if (at < 0) throw new Error(`there is no ${from}`)
    bytes.set(Buffer.from(to, 'latin1'), at)
    return decodeCertificate(bytes)
  }

  it('is no certificate where it is cut, wherever that is', () => {
    for (let length = 0; length < der.length; length++) {
      expect(decodeCertificate(der.subarray(0, length)), `${length} bytes`).toBeUndefined()
    }
  })

  it('is not decoded above the bound', () => {
    expect(decodeCertificate(der, { maxBytes: der.length })).toBeDefined()
    expect(decodeCertificate(der, { maxBytes: der.length - 1 })).toBeUndefined()
    expect(() => decodeCertificate(der, { maxBytes: 0 })).toThrow('certificate.maxBytes')
    expect(() => decodeCertificate(der, { maxSize: 1 } as never)).toThrow('certificate.maxSize')
  })

  it('is an extension that cannot be read, and all else is', () => {
    const certificate = changed('0\x13\x82\x11leaf.', '0\x13\x82\x7fleaf.')
    expect(certificate).toMatchObject({ subjectAltNames: [], malformed: true, version: 3 })
    expect(certificate?.authorityKeyIdentifier).toBe(decoded('ec-p256-leaf').authorityKeyIdentifier)
  })

  it('is an extension that comes twice: the first counts', () => {
    const certificate = changed('\x55\x1d\x23', '\x55\x1d\x11')
    expect(certificate).toMatchObject({ subjectAltNames: [{ value: 'leaf.example.test' }], malformed: true })
  })

  it('is a byte of a host name that a reader in C would stop at', () => {
    expect(changed('\x82\x11leaf.example', '\x82\x11leaf\0example')?.subjectAltNames).toEqual([
      { kind: 'dns', value: 'leaf\ufffdexample.test' },
    ])
  })

  it('is a time that is none', () => {
    const at = der.indexOf('\x17\x0d')
    const date = der.subarray(at, at + 15).toString('latin1')
    const { notBefore, notAfter, malformed } = changed(date, '\x17\x0d99999999999!Z') ?? {}
    expect([notBefore, notAfter, malformed]).toEqual([undefined, decoded('ec-p256-leaf').notAfter, true])
  })

  it('keeps nothing of the bytes', () => {
    const bytes = Uint8Array.from(der)
    const certificate = decodeCertificate(bytes)
    const before = JSON.stringify(certificate)
    bytes.fill(0)
    expect(JSON.stringify(certificate)).toBe(before)
  })
})
