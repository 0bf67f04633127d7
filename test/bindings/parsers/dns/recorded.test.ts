import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { fileSource, messages } from '../../../../bindings'
import { type DnsMessage, type DnsRecord, dns, type Edns, opcodeName } from '../../../../bindings/parsers/dns'
import { type DugMessage, readDig, readTransfers, withoutFinalDots } from './dig-output'

// Recorded by scripts/record-dns.sh. Messages are held against what dig printed, which lies beside.
const FOLDER = 'test/fixtures/recorded/dns'

async function read(name: string): Promise<DnsMessage[]> {
  const found: DnsMessage[] = []
  for await (const { message } of messages(fileSource(`${FOLDER}/${name}.pcap`), [dns()])) found.push(message)
  return found
}

const printed = (name: string) => readFileSync(`${FOLDER}/${name}.txt`, 'utf8')

/** A record as dig prints it, but for the dots at the end of names. */
const line = ({ name, ttl, class: of, type, data }: DnsRecord) => `${name} ${ttl} ${of} ${type} ${data}`

/** Types and algorithms of CERT have names, which dig shows and we do not (RFC 4398 section 2.2 allows either). */
const certificateNumbers = (text: string) => text.replace('CERT PKIX 12345 RSASHA256', 'CERT 1 12345 8')

const spaced = (hex: string) => (hex.match(/../g) ?? []).join(' ').toLowerCase()
const readable = (hex: string) =>
  Buffer.from(hex, 'hex')
    .toString('latin1')
    .replace(/[^ -~]/g, '.')

/** Options as dig prints them. */
function ednsOptions({ options }: Edns, isResponse: boolean): string[] {
  return options.map(({ code, name, value }) => {
    if (name === 'COOKIE') return `COOKIE: ${value.replace(',', '').toLowerCase()}${isResponse ? ' (good)' : ''}`
    if (name === 'NSID') return value === '' ? 'NSID:' : `NSID: ${spaced(value)} ("${readable(value)}")`
    if (name === 'ECS') return `CLIENT-SUBNET: ${value}`
    return `OPT=${code}: ${spaced(value)} ("${readable(value)}")`
  })
}

/** A message in the form of dig's text. */
function asDug(message: DnsMessage): DugMessage {
  const { id, opcode, rcode, flags, questions, answers, authorities, additionals, edns } = message
  const lines = (records: readonly DnsRecord[]) => records.filter(({ type }) => type !== 'OPT').map(line)
  return {
    id,
    opcode: opcodeName(opcode),
    status: rcode,
    flags: [...flags],
    questions: questions.map(({ name, class: of, type }) => `${name} ${of} ${type}`),
    answers: lines(answers),
    authorities: lines(authorities),
    additionals: lines(additionals),
    ...(edns && {
      edns: {
        version: edns.version,
        dnssecOk: edns.dnssecOk,
        udpSize: edns.udpSize,
        options: ednsOptions(edns, message.kind === 'response'),
      },
    }),
  }
}

const asOurs = (dug: DugMessage): DugMessage => ({
  ...dug,
  questions: dug.questions.map(withoutFinalDots),
  answers: dug.answers.map(withoutFinalDots).map(certificateNumbers),
  authorities: dug.authorities.map(withoutFinalDots),
  additionals: dug.additionals.map(withoutFinalDots),
})

describe.each([
  ['types', 27],
  ['edns', 13],
  ['tcp', 6],
  ['update', 1],
])('%s', (name, count) => {
  it('says what dig printed', async () => {
    const expected = readDig(printed(name)).map(asOurs)
    expect(expected).toHaveLength(count)
    const found = await read(name)
    expect(found.flatMap(({ anomalies }) => anomalies)).toEqual([])
    const matching = expected.map(({ id, flags }) => {
      const isResponse = flags.includes('qr')
      const message = found.find((one) => one.id === id && (one.kind === 'response') === isResponse)
      return message && asDug(message)
    })
    expect(matching).toEqual(expected)
  })

  it('matches every response with its query', async () => {
    const found = await read(name)
    const responses = found.filter(({ kind }) => kind === 'response')
    expect(responses.length).toBe(found.filter(({ kind }) => kind === 'query').length)
    expect(responses.filter((message) => !('rttNs' in message))).toEqual([])
  })
})

it('shows what dig only tells of: a version of EDNS that is not known, and an answer cut short', async () => {
  const found = await read('edns')
  const told = found.filter(({ rcode, flags }) => rcode === 'BADVERS' || flags.includes('tc'))
  expect(told.map(({ kind, transport, rcode, answers }) => [kind, transport, rcode, answers.length])).toEqual([
    ['response', 'udp', 'BADVERS', 0],
    ['response', 'udp', 'NOERROR', 0],
  ])
  const again = found.filter(({ transport }) => transport === 'tcp')
  expect(again.map(({ kind, answers }) => [kind, answers.length])).toEqual([
    ['query', 0],
    ['response', 24],
  ])
})

it('shows a zone transfer', async () => {
  const transfer = (await read('tcp')).filter(({ questions }) => questions[0]?.type === 'AXFR')
  const records = transfer.flatMap(({ answers }) => answers.map(line))
  const expected = readTransfers(printed('tcp')).map(withoutFinalDots).map(certificateNumbers)
  expect(expected.length).toBeGreaterThan(50)
  expect(records).toEqual(expected)
})

it('shows a dynamic update, in whose sections stand zone, prerequisites and updates', async () => {
  const [update, response] = await read('update')
  expect(update).toMatchObject({ kind: 'query', opcode: 5, questions: [{ name: 'dynamic.test', type: 'SOA' }] })
  expect(update?.authorities.map(line)).toEqual(['new.dynamic.test 60 IN A 192.0.2.99'])
  expect(response).toMatchObject({ kind: 'response', opcode: 5, rcode: 'NOERROR' })
})

describe('mdns', () => {
  const said: {
    readonly service: string
    readonly name: string
    readonly port: number
    readonly server: string
    readonly address: string
    readonly properties: Readonly<Record<string, string>>
  } = JSON.parse(readFileSync(`${FOLDER}/mdns.json`, 'utf8'))
  const dotless = (name: string) => name.replace(/\.$/, '').replaceAll(' ', '\\032')

  it('shows the service that was announced', async () => {
    const found = await read('mdns')
    expect(found.filter(({ service }) => service !== 'mdns')).toEqual([])
    const records = found.filter(({ kind }) => kind === 'response').flatMap(({ answers }) => answers)
    const data = (type: string) =>
      new Set(records.filter((record) => record.type === type).map((record) => record.data))
    const properties = Object.entries(said.properties).map(([key, value]) => `"${key}=${value}"`)
    expect([data('PTR'), data('SRV'), data('TXT'), data('A')]).toEqual([
      new Set([dotless(said.name)]),
      new Set([`0 0 ${said.port} ${dotless(said.server)}`]),
      new Set([properties.join(' ')]),
      new Set([said.address]),
    ])
  })

  it('shows probes for the name, and its end', async () => {
    const found = await read('mdns')
    const questions = found.flatMap((message) => (message.kind === 'query' ? message.questions : []))
    expect(questions.map(({ name }) => name)).toContain(dotless(said.service))
    const goodbyes = found.flatMap(({ answers }) => answers).filter(({ ttl }) => ttl === 0)
    expect(goodbyes.length).toBeGreaterThan(0)
    // Records of one host are marked, those that many may share are not (RFC 6762 section 10.2).
    const marked = found.flatMap(({ answers }) => answers).filter(({ cacheFlush }) => cacheFlush)
    expect(new Set(marked.map(({ type }) => type))).toEqual(new Set(['SRV', 'TXT', 'A', 'NSEC']))
  })

  it('has no response matched: they come from another flow, or unasked', async () => {
    expect((await read('mdns')).filter((message) => 'rttNs' in message)).toEqual([])
  })
})
