import { describe, expect, it } from 'vitest'
import { decode, messageBytes, nameBytes, pointer, QUERY, questionBytes } from './support'

const HEADER = 12

function names(...questions: (Uint8Array | number[])[]) {
  const message = decode(messageBytes({ questions: questions.map((name) => questionBytes(name)) }))
  return { names: message.questions.map(({ name }) => name), anomalies: message.anomalies }
}

describe('names', () => {
  it('have dots between labels, and none at the end but for the root', () => {
    expect(names(nameBytes('www', 'example', 'com'), [0]).names).toEqual(['www.example.com', '.'])
  })

  it('show bytes that are no graphic characters as \\DDD, and escape dots and backslashes in labels', () => {
    expect(names(nameBytes('a.b\\c', '\x00 \x7f\xff', '"@;$()')).names).toEqual([
      'a\\.b\\\\c.\\000\\032\\127\\255."@;$()',
    ])
  })

  it('keep upper and lower case', () => {
    expect(names(nameBytes('eXaMpLe')).names).toEqual(['eXaMpLe'])
  })

  it('follow pointers, also pointers to pointers', () => {
    const first = nameBytes('example', 'com')
    const second = [3, 119, 119, 119, ...pointer(HEADER)]
    const secondAt = HEADER + first.length + 4
    const third = [1, 97, ...pointer(secondAt)]
    const fourth = pointer(secondAt + second.length + 4)
    expect(names(first, second, third, fourth, fourth)).toEqual({
      names: ['example.com', 'www.example.com', 'a.www.example.com', 'a.www.example.com', 'a.www.example.com'],
      anomalies: [],
    })
  })

  it('may point to the root', () => {
    expect(names([0], pointer(HEADER), [1, 97, ...pointer(HEADER)]).names).toEqual(['.', '.', 'a'])
  })

  it.each([
    ['to itself', pointer(HEADER)],
    ['forward', pointer(HEADER + 6)],
    ['into the header', pointer(0)],
    ['behind the message', pointer(0x3fff)],
    ['to the name it stands in', [1, 97, ...pointer(HEADER)]],
  ])('with a pointer %s are cut there, and what follows is read', (_, name) => {
    const sound = questionBytes(nameBytes('sound'))
    const message = decode(messageBytes({ questions: [questionBytes(name), sound] }))
    expect(message.questions.map((question) => question.name)).toEqual([name.length > 2 ? 'a' : '', 'sound'])
    expect(message.anomalies).toEqual([{ kind: 'dns_compression_pointer', offset: HEADER + name.length - 2 }])
  })

  it('lead through no more pointers than a name has labels', () => {
    // In the first name's label lies a chain of pointers, each to the one before.
    const chain = Array.from({ length: 31 }, (_, i) =>
      i === 0 ? [1, 97, 0] : pointer(i === 1 ? 13 : 16 + 2 * (i - 2)),
    )
    const label = chain.flat()
    const result = names([label.length, ...label, 0], pointer(16 + 2 * 29))
    expect(result).toEqual({ names: [expect.any(String), 'a'], anomalies: [] })

    const long = Uint8Array.from([...pointer(12), ...Array.from({ length: 400 }, (_, i) => pointer(12 + 2 * i)).flat()])
    const bytes = messageBytes({ flags: QUERY, questions: [questionBytes(long.subarray(0, 2))] })
    const all = new Uint8Array([...bytes.subarray(0, 12), ...long, 0, 1, 0, 1])
    expect(decode(all).anomalies[0]?.kind).toBe('dns_compression_pointer')
  })

  it('of 255 bytes are read, of 256 cut, and what follows is read', () => {
    const label = 'x'.repeat(63)
    const longest = nameBytes(label, label, label, 'y'.repeat(61))
    expect(longest.length).toBe(255)
    expect(names(longest).anomalies).toEqual([])
    const result = names(nameBytes(label, label, label, 'y'.repeat(62)), nameBytes('sound'))
    expect(result.names).toEqual([`${label}.${label}.${label}`, 'sound'])
    expect(result.anomalies).toEqual([{ kind: 'dns_name_too_long', offset: HEADER + 192 }])
  })

  it('that grow too long by pointers are cut', () => {
    const label = 'x'.repeat(63)
    const first = nameBytes(label, label, label)
    const second = [62, ...new Uint8Array(62).fill(121), ...pointer(HEADER)]
    const third = [1, 122, ...pointer(HEADER)]
    for (const order of [
      [first, second, third],
      [first, third, second],
    ]) {
      const result = names(...order)
      expect(result.anomalies.map(({ kind }) => kind)).toEqual(['dns_name_too_long'])
      expect(result.names).toContain(`z.${label}.${label}.${label}`)
    }
  })

  it.each([0x40, 0x80])('with a label of kind %i end what can be read', (kind) => {
    const result = names(nameBytes('sound'), [1, 97, kind, 0], nameBytes('lost'))
    expect(result).toEqual({ names: ['sound'], anomalies: [{ kind: 'dns_label_type', offset: HEADER + 13 }] })
  })

  it('named like members of objects are names', () => {
    expect(names(nameBytes('__proto__'), nameBytes('constructor')).names).toEqual(['__proto__', 'constructor'])
  })
})
