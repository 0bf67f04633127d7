import { once } from 'node:events'
import { Duplex } from 'node:stream'
import { connect, createSecureContext, type SecureVersion, TLSSocket } from 'node:tls'

/** A self-signed certificate for flowscope.test, made for these tests alone. */
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBijCCAS+gAwIBAgIUaSZsGtkuUFLfBvKCnD2XTqK55PswCgYIKoZIzj0EAwIw
GTEXMBUGA1UEAwwOZmxvd3Njb3BlLnRlc3QwIBcNMjYxMTIzMDUzNDU2WhgPMjEy
NjEwMzAwNTM0NTZaMBkxFzAVBgNVBAMMDmZsb3dzY29wZS50ZXN0MFkwEwYHKoZI
zj0CAQYIKoZIzj0DAQcDQgAEH/GIjWfxJ4Qprruo48dbx2ohzLdgTa0irFjPiyn8
SU94JSJVHfPtCZa8nb2PUgCl0xVwlJfIXwSu+8LWAv+DkKNTMFEwHQYDVR0OBBYE
FDMwYPuEoVqAeGBL1Q1xyBNyKErrMB8GA1UdIwQYMBaAFDMwYPuEoVqAeGBL1Q1x
yBNyKErrMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSQAwRgIhAP/0XLAI
sZ+vxlYKb46WXup/DWLK6eNjkx6IvG2xPYl/AiEA2mZuFwOSKfDe8AZI7h7GMpaV
Aj6yjHSyGdEGaCeTuys=
-----END CERTIFICATE-----`

const KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgcLJKjhUtQswt+czW
kRw4pp8l3GEyx2Cu8uOv1bBkm2GhRANCAAQf8YiNZ/EnhCmuu6jjx1vHaiHMt2BN
rSKsWM+LKfxJT3glIlUd8+0JlrydvY9SAKXTFXCUl8hfBK77wtYC/4OQ
-----END PRIVATE KEY-----`

/** DER of the certificate. */
export const CERTIFICATE_DER = Buffer.from(CERTIFICATE.replace(/-----[A-Z ]+-----|\s/g, ''), 'base64')

export interface Exchange {
  /** What both sides sent, in order. */
  readonly steps: (readonly ['initiator' | 'responder', Uint8Array])[]
}

/** A real handshake of Node's TLS (OpenSSL) with itself, in memory. */
export async function handshakeOf(
  version: SecureVersion,
  curves?: [client: string, server: string],
): Promise<Exchange> {
  const steps: (readonly ['initiator' | 'responder', Uint8Array])[] = []
  const [near, far] = pipe(steps)
  const server = new TLSSocket(far, {
    isServer: true,
    secureContext: createSecureContext({ cert: CERTIFICATE, key: KEY, ...(curves && { ecdhCurve: curves[1] }) }),
    ALPNProtocols: ['h2', 'http/1.1'],
  })
  server.on('error', () => {})
  const client = connect({
    socket: near,
    servername: 'flowscope.test',
    rejectUnauthorized: false,
    minVersion: version,
    maxVersion: version,
    ALPNProtocols: ['h2'],
    ...(curves && { ecdhCurve: curves[0] }),
  })
  await once(client, 'secureConnect')
  client.write('hello')
  await once(server, 'data')
  client.destroy()
  server.destroy()
  return { steps }
}

function pipe(steps: Exchange['steps']): [Duplex, Duplex] {
  const end = (side: 'initiator' | 'responder', other: () => Duplex) =>
    new Duplex({
      read() {},
      write(chunk: Buffer, _encoding, done) {
        steps.push([side, Uint8Array.from(chunk)])
        other().push(chunk)
        done()
      },
    })
  const near: Duplex = end('initiator', () => far)
  const far: Duplex = end('responder', () => near)
  return [near, far]
}
