import { describe, expect, it } from 'vitest'
import { type Conversation, type ConversationItem, conversations, SourceError } from '../../../bindings'
import { Conversation as Talk } from '../../support/conversation'
import { ipv4Udp } from '../../support/frames'
import { captureOf, collect } from '../support'

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes)

/** An item in one line: side, offset and text, or what is missing. */
function show(item: ConversationItem): string {
  const at = `${item.side[0]}${item.offset}`
  return item.kind === 'data' ? `${at} ${text(item.bytes)}` : `${at} -${item.length} ${item.reason}`
}

async function all(conversation: Conversation): Promise<string[]> {
  return (await collect(conversation)).map(show)
}

/** Two connections whose packets alternate, and one datagram. */
function twoTalks(rounds = 2, payload = 'x'): Uint8Array[] {
  const a = new Talk('10.0.0.1:1000', '10.0.0.9:80')
  const b = new Talk('10.0.0.2:2000', '10.0.0.9:80')
  const frames = [...a.open(), ...b.open(), ipv4Udp('10.0.0.1:53', '10.0.0.9:53', 'udp')]
  for (let i = 0; i < rounds; i++) {
    frames.push(a.send('initiator', `a${payload}${i}`), b.send('initiator', `b${payload}${i}`))
    frames.push(a.send('responder', `A${payload}${i}`), b.send('responder', `B${payload}${i}`))
  }
  return [...frames, ...a.close(), ...b.close()]
}

describe('a conversation', () => {
  it('has the bytes of both sides in order', async () => {
    const shown: string[][] = []
    for await (const conversation of conversations(captureOf(twoTalks()))) {
      expect(conversation).toMatchObject({ protocol: 'tcp', responder: { address: '10.0.0.9', port: 80 } })
      expect(conversation.end).toBeUndefined()
      shown.push(await all(conversation))
      expect(conversation.end?.reason).toBe('fin')
    }
    expect(shown).toEqual([
      ['i0 ax0', 'r0 Ax0', 'i3 ax1', 'r3 Ax1'],
      ['i0 bx0', 'r0 Bx0', 'i3 bx1', 'r3 Bx1'],
    ])
  })

  it('tells of gaps', async () => {
    const talk = new Talk()
    const frames = [...talk.open(), talk.send('initiator', 'one')]
    talk.lose('initiator', 5)
    frames.push(talk.send('initiator', 'two'), talk.acknowledge('responder'), ...talk.close())
    for await (const conversation of conversations(captureOf(frames))) {
      expect(await all(conversation)).toEqual(['i0 one', 'i3 -5 acknowledged', 'i8 two'])
    }
  })

  it('may be of datagrams', async () => {
    const frames = ['one', '', 'three'].map((payload) => ipv4Udp('10.0.0.1:5', '10.0.0.2:6', payload))
    for await (const conversation of conversations(captureOf(frames), { streams: { udp: 'all' } })) {
      expect(await all(conversation)).toEqual(['i0 one', 'i3 ', 'i3 three'])
    }
  })

  it('can be read by several at once', async () => {
    const shown: Promise<string[]>[] = []
    for await (const conversation of conversations(captureOf(twoTalks(50)))) shown.push(all(conversation))
    const [a = [], b = []] = await Promise.all(shown)
    expect([a.length, b.length]).toEqual([100, 100])
    expect(a.every((line) => /^[ir]\d+ [aA]/.test(line))).toBe(true)
  })

  it('can be iterated once', async () => {
    const both = conversations(captureOf(twoTalks()))
    for await (const conversation of both) {
      await all(conversation)
      expect(() => conversation[Symbol.asyncIterator]()).toThrow(SourceError)
    }
    expect(() => both[Symbol.asyncIterator]()).toThrow(SourceError)
  })
})

describe('bounds of conversations', () => {
  it('leave out what nobody reads, with a gap for each side', async () => {
    const both = conversations(captureOf(twoTalks(100)), { maxUnread: 1000 })
    const shown: string[][] = []
    let last: Conversation | undefined
    for await (const conversation of both) {
      last = conversation
      shown.push(await all(conversation))
    }
    expect(shown[0]).toHaveLength(200)
    const [, second = []] = shown
    const gaps = second.filter((line) => line.endsWith('unread'))
    expect(gaps.map((line) => line[0]).sort()).toEqual(['i', 'r'])
    // Of each side, ten pieces of three bytes and ninety of four.
    const missing = gaps.reduce((sum, line) => sum + Number(/-(\d+)/.exec(line)?.[1]), 0)
    const seen = second
      .filter((line) => !line.endsWith('unread'))
      .join('')
      .replaceAll(/[ir]\d+ /g, '')
    expect(seen.length).toBe(780 - missing)
    expect([last?.bytesDropped, both.bytesDropped]).toEqual([missing, missing])
  })

  it('count all that nobody reads together', async () => {
    const both = conversations(captureOf(twoTalks(100)), { maxTotalUnread: 1000 })
    const lengths: number[] = []
    for await (const conversation of both) lengths.push((await all(conversation)).length)
    expect(lengths[0]).toBe(200)
    expect(lengths[1]).toBeLessThan(12)
    expect(both.bytesDropped).toBeGreaterThan(700)
  })

  it('hold the source back for a slow reader', async () => {
    let read = 0
    const capture = captureOf(twoTalks(400))
    const source = {
      async readInto(target: Uint8Array) {
        const piece = capture.subarray(read, read + Math.min(500, target.length))
        target.set(piece)
        read += piece.length
        return piece.length
      },
    }
    const both = conversations(source, { maxUnread: 2000 })
    const readers: Promise<number>[] = []
    const furthest: number[] = []
    for await (const conversation of both) {
      readers.push(
        (async () => {
          let count = 0
          for await (const _item of conversation) {
            if (count++ === 0) {
              await new Promise((resolve) => setTimeout(resolve, 50))
              furthest.push(read)
            }
          }
          return count
        })(),
      )
    }
    expect(await Promise.all(readers)).toEqual([800, 800])
    expect(both.bytesDropped).toBe(0)
    expect(Math.max(...furthest)).toBeLessThan(capture.length / 2)
  })

  it('leave out conversations that nobody takes, and count them', async () => {
    const talks = Array.from({ length: 50 }, (_, i) => new Talk(`10.0.1.${i}:1000`))
    const frames = talks.flatMap((talk) => [...talk.open(), talk.send('initiator', 'hi')])
    const last = talks[0]?.close() ?? []
    const some = conversations(captureOf([...frames, ...last]), { maxWaiting: 10 })
    let count = 0
    for await (const conversation of some) {
      count++
      await all(conversation)
    }
    expect([count, some.conversationsDropped]).toEqual([11, 39])
  })

  it('keep nothing of what is not wanted', async () => {
    const some = conversations(captureOf(twoTalks(100)), {
      maxUnread: 300,
      only: (key) => String(key).includes('2000'),
    })
    for await (const conversation of some) expect((await all(conversation))[0]).toBe('i0 bx0')
    const cancelled = conversations(captureOf(twoTalks(100)), { maxTotalUnread: 300 })
    for await (const conversation of cancelled) conversation.cancel()
    expect([some.bytesDropped, cancelled.bytesDropped]).toEqual([0, 0])
  })
})

describe('the end of conversations', () => {
  it('closes the source when the iteration is left', async () => {
    let closed = false
    const capture = captureOf(twoTalks())
    const source = {
      readInto: (target: Uint8Array) => {
        target.set(capture)
        return closed ? 0 : capture.length
      },
      close: () => {
        closed = true
      },
    }
    let left: Conversation | undefined
    for await (const conversation of conversations(source)) {
      left = conversation
      break
    }
    expect(closed).toBe(true)
    await expect(all(left as Conversation)).rejects.toThrow(SourceError)
  })

  it('hands on damage to all, after what was before it', async () => {
    const damaged = captureOf(twoTalks()).slice(0, -3)
    const seen: string[] = []
    const reading = async () => {
      for await (const conversation of conversations(damaged)) seen.push(...(await all(conversation)))
    }
    await expect(reading()).rejects.toThrow(/cut short/)
    expect(seen).toHaveLength(8)
  })

  it('comes with the signal, also while the source is waited for', async () => {
    const stop = new AbortController()
    const capture = captureOf(twoTalks()).slice(0, -100)
    let calls = 0
    const source = {
      readInto(target: Uint8Array) {
        if (calls++ > 0) return new Promise<number>(() => undefined)
        target.set(capture)
        return capture.length
      },
    }
    const reading = async () => {
      for await (const conversation of conversations(source, { signal: stop.signal })) await all(conversation)
    }
    setTimeout(() => stop.abort(new Error('enough')), 20)
    await expect(reading()).rejects.toThrow('enough')
  })
})
