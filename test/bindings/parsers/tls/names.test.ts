import { buildSync } from 'esbuild'
import { describe, expect, it } from 'vitest'
import {
  isTlsGrease,
  tlsAlertName,
  tlsCipherSuiteName,
  tlsExtensionName,
  tlsGroupName,
  tlsSignatureSchemeName,
  tlsVersionName,
} from '../../../../bindings/parsers/tls/index'

describe('names', () => {
  it.each<[string, (number: number) => string | undefined, [number, string | undefined][]]>([
    [
      'versions',
      tlsVersionName,
      [
        [0x0304, 'TLS 1.3'],
        [0x0300, 'SSL 3.0'],
        [0x0002, 'SSL 2.0'],
        [0x7f1c, 'TLS 1.3 draft 28'],
        [0x0505, undefined],
      ],
    ],
    [
      'cipher suites',
      tlsCipherSuiteName,
      [
        [0x1301, 'TLS_AES_128_GCM_SHA256'],
        [0xc02f, 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256'],
        [0x0a0a, undefined],
      ],
    ],
    [
      'alerts',
      tlsAlertName,
      [
        [0, 'close_notify'],
        [40, 'handshake_failure'],
        [121, 'ech_required'],
        [255, undefined],
      ],
    ],
    [
      'extensions',
      tlsExtensionName,
      [
        [0, 'server_name'],
        [51, 'key_share'],
        [0xfe0d, 'encrypted_client_hello'],
        [0xff01, 'renegotiation_info'],
        [0x0a0a, undefined],
      ],
    ],
    [
      'groups',
      tlsGroupName,
      [
        [23, 'secp256r1'],
        [29, 'x25519'],
        [256, 'ffdhe2048'],
        [0x11ec, 'X25519MLKEM768'],
        [0x6399, 'X25519Kyber768Draft00'],
        [0x0a0a, undefined],
        [42, undefined],
      ],
    ],
    [
      'signature schemes',
      tlsSignatureSchemeName,
      [
        [0x0403, 'ecdsa_secp256r1_sha256'],
        [0x0804, 'rsa_pss_rsae_sha256'],
        [0x0905, 'mldsa65'],
        [0x0840, undefined],
        [0x0000, undefined],
      ],
    ],
  ])('of %s are those of the registry', (_, nameOf, named) => {
    expect(named.map(([number]) => [number, nameOf(number)])).toEqual(named)
  })

  it('of GREASE there are none, but it can be told', () => {
    expect([0x0a0a, 0xfafa, 0x0a1a, 0x1301].map(isTlsGrease)).toEqual([true, true, false, false])
  })

  it('cost nothing where they are not used', () => {
    const bundle = (source: string) => {
      const options = { contents: source, resolveDir: 'bindings/parsers/tls', loader: 'ts' as const }
      return buildSync({ stdin: options, bundle: true, write: false, minify: true, format: 'esm' }).outputFiles[0]?.text
    }
    const names = ['brainpoolP256r1', 'rsa_pss_rsae_sha256', 'delegated_credential']
    const without = bundle("import { tls } from './index'; console.log(tls())") ?? ''
    expect(names.filter((name) => without.includes(name))).toEqual([])
    const all = bundle("import * as tls from './index'; console.log(tls)") ?? ''
    expect(names.filter((name) => all.includes(name))).toEqual(names)
  })
})
