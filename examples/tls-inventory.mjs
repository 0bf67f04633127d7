// What speaks TLS in a capture: each kind of client by its fingerprints, which servers it asked for, what was agreed on.
//
//   node examples/tls-inventory.mjs [CAPTURE...]

import { messages } from 'flowscope'
import { tls, tlsVersionName } from 'flowscope/tls'

const fixtures = ['tls12-openssl.pcap', 'tls13-openssl.pcap', 'loopback-mix.pcap']
const captures =
  process.argv.length > 2
    ? process.argv.slice(2)
    : fixtures.map((file) => new URL(`../test/fixtures/recorded/${file}`, import.meta.url))

/** How often each name was counted, the most frequent first. */
class Counts {
  /** @type {Map<string, number>} */
  #counts = new Map()

  /** @param {string} name */
  add(name) {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1)
  }

  toString() {
    const sorted = [...this.#counts].sort(([, a], [, b]) => b - a)
    return sorted.map(([name, count]) => `${name} (${count})`).join(', ') || 'none'
  }
}

const [names, agreed, alerts] = [new Counts(), new Counts(), new Counts()]
/** By JA4. */
const clients = new Map()

for (const capture of captures) {
  for await (const { message } of messages(capture, [tls()])) {
    if (message.kind === 'client_hello') {
      const { ja4, ja3Hash, sni = '(no name)', versions, legacyVersion } = message
      const newest = tlsVersionName(Math.max(...(versions ?? [legacyVersion]).filter((code) => tlsVersionName(code))))
      const client = clients.get(ja4) ?? { hellos: 0, newest, ja3: new Set(), names: new Set() }
      clients.set(ja4, client)
      client.hellos++
      client.ja3.add(ja3Hash)
      client.names.add(sni)
      names.add(sni)
    } else if (message.kind === 'server_hello' && !message.helloRetryRequest) {
      agreed.add(`${message.versionName ?? message.version} ${message.cipherSuiteName ?? message.cipherSuite}`)
    } else if (message.kind === 'alert') {
      alerts.add(message.descriptionName ?? `alert ${message.description}`)
    }
  }
}

for (const [ja4, { hellos, newest, ja3, names: asked }] of clients) {
  console.log(`${ja4}: ${hellos} hellos, up to ${newest}, JA3 ${[...ja3].join(' ')}, asked for ${[...asked].join(' ')}`)
}
console.log(`names: ${names}`)
console.log(`agreed: ${agreed}`)
console.log(`alerts: ${alerts}`)
