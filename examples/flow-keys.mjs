// What makes a flow: the keys that an extractor finds in a capture, in order of appearance.
//
//   node examples/flow-keys.mjs [CAPTURE [EXTRACTOR]]
//
// EXTRACTOR is five-tuple (the default), ip-pair, mac-pair, directional or vlan. Without a CAPTURE, a few packets
// between two hosts are read.

import { autoDetectEncap, FlowTracker, fiveTuple, ipPair, macPair } from 'flowscope'

/** @type {Record<string, () => import('flowscope').Extractor>} */
const EXTRACTORS = {
  'five-tuple': () => fiveTuple(),
  'ip-pair': () => ipPair(),
  'mac-pair': () => macPair(),
  directional: () => fiveTuple({ directional: true }),
  vlan: () => fiveTuple({ vlanKey: true }),
}

const capture = process.argv[2] ?? new URL('../test/fixtures/generated/mixed_short.pcap', import.meta.url)
const extractor = EXTRACTORS[process.argv[3] ?? 'five-tuple']
if (!extractor) throw new Error(`EXTRACTOR is one of ${Object.keys(EXTRACTORS).join(', ')}`)

const tracker = await FlowTracker.create(autoDetectEncap(extractor()))

// A key's text is the same for the same flow, so it does for a Map.
const found = new Map()
for await (const event of tracker.events(capture)) {
  if (event.kind !== 'started') continue
  const key = String(event.key)
  const layers = event.encapsulations.map(({ kind, id }) => (id === undefined ? kind : `${kind} ${id}`))
  if (!found.has(key)) console.log([key, ...layers].join(', '))
  found.set(key, (found.get(key) ?? 0) + 1)
}

console.log(`${found.size} keys, ${tracker.stats.flowsCreated} flows, ${tracker.stats.packets} packets`)
tracker.dispose()
