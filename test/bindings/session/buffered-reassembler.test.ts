import { describe, expect, it } from 'vitest'
import { BufferedReassembler, type BufferedReassemblerOptions } from '../../../bindings'

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes)

/** Gives it segments one behind the other. */
function fed(options: BufferedReassemblerOptions, ...sizes: number[]): BufferedReassembler {
  const reassembler = new BufferedReassembler(options)
  let offset = 0
  for (const size of sizes) {
    reassembler.segment(offset, new Uint8Array(size).fill(offset & 0xff))
    offset += size
  }
  return reassembler
}

function segments(...parts: readonly (readonly [offset: number, text: string])[]): BufferedReassembler {
  const reassembler = new BufferedReassembler()
  for (const [offset, part] of parts) reassembler.segment(offset, new TextEncoder().encode(part))
  return reassembler
}

describe('a buffered reassembler', () => {
  it('puts segments one behind the other', () => {
    expect(text(segments([0, 'ab'], [2, 'cd']).take())).toBe('abcd')
  })

  it('begins where the first segment does', () => {
    expect(text(segments([1000, 'ab'], [1002, 'cd']).take())).toBe('abcd')
  })

  it('leaves out and counts what is not expected', () => {
    const reassembler = segments([0, 'ab'], [5, 'ahead'], [0, 'ab'], [2, 'c'])
    expect([text(reassembler.take()), reassembler.droppedSegments, reassembler.bytesDroppedOversize]).toEqual([
      'abc',
      2,
      0,
    ])
  })

  it('goes on after its bytes were taken', () => {
    const reassembler = segments([0, 'ab'], [7, 'x'])
    expect(text(reassembler.take())).toBe('ab')
    expect(reassembler.bufferedLength).toBe(0)
    reassembler.segment(2, new TextEncoder().encode('cd'))
    expect([text(reassembler.take()), reassembler.droppedSegments]).toEqual(['cd', 1])
  })

  it('ignores empty segments, which say nothing of where the stream begins', () => {
    expect(text(segments([5, ''], [0, 'ab']).take())).toBe('ab')
  })

  it('knows where bytes are missing', () => {
    const reassembler = segments([0, 'ab'])
    reassembler.gap(2, 10)
    reassembler.segment(12, new TextEncoder().encode('cd'))
    expect(reassembler.gaps).toEqual([{ position: 2, length: 10 }])
    expect(text(reassembler.take())).toBe('abcd')
    expect(reassembler.gaps).toEqual([])
  })

  it('has no bound unless told', () => {
    expect(fed({}, 1_000_000, 1_000_000).bufferedLength).toBe(2_000_000)
  })

  it.each([
    { maxBuffer: 100, sizes: [80, 80], dropped: 60, kept: 100 },
    { maxBuffer: 50, sizes: [100], dropped: 50, kept: 50 },
    { maxBuffer: 64, sizes: [200], dropped: 136, kept: 64 },
    { maxBuffer: 100, sizes: [60, 40], dropped: 0, kept: 100 },
  ])('with a bound of $maxBuffer keeps the newest $kept of $sizes', ({ maxBuffer, sizes, dropped, kept }) => {
    const reassembler = fed({ maxBuffer }, ...sizes)
    expect([reassembler.bytesDroppedOversize, reassembler.bufferedLength]).toEqual([dropped, kept])
    const all = fed({}, ...sizes).take()
    expect(reassembler.take()).toEqual(all.subarray(all.length - kept))
  })

  it.each([
    { maxBuffer: 100, sizes: [80, 80], dropped: 80 },
    { maxBuffer: 64, sizes: [200], dropped: 200 },
  ])('that drops the flow is poisoned by $sizes in $maxBuffer', ({ maxBuffer, sizes, dropped }) => {
    const reassembler = fed({ maxBuffer, overflow: 'drop-flow' }, ...sizes)
    expect(reassembler).toMatchObject({ isPoisoned: true, bytesDroppedOversize: dropped, bufferedLength: 0 })
    reassembler.segment(1000, new Uint8Array(10))
    reassembler.gap(1010, 10)
    expect(reassembler).toMatchObject({ bytesDroppedOversize: dropped, droppedSegments: 0, gaps: [] })
  })

  it('exactly at the bound is not poisoned', () => {
    expect(fed({ maxBuffer: 100, overflow: 'drop-flow' }, 60, 40)).toMatchObject({
      isPoisoned: false,
      bufferedLength: 100,
    })
  })

  it('remembers the most that it held', () => {
    const reassembler = fed({}, 50)
    expect(reassembler.highWatermark).toBe(50)
    reassembler.take()
    reassembler.segment(50, new Uint8Array(20))
    expect(reassembler.highWatermark).toBe(50)
    reassembler.segment(70, new Uint8Array(100))
    expect(reassembler.highWatermark).toBe(120)
    expect(fed({ maxBuffer: 64 }, 200).highWatermark).toBe(64)
    expect(fed({ maxBuffer: 100, overflow: 'drop-flow' }, 80, 80).highWatermark).toBe(80)
  })

  it('moves gaps with the bytes when the window slides', () => {
    const reassembler = fed({ maxBuffer: 10 }, 4)
    reassembler.gap(4, 5)
    reassembler.segment(9, new Uint8Array(6))
    expect(reassembler.gaps).toEqual([{ position: 4, length: 5 }])
    reassembler.segment(15, new Uint8Array(2))
    expect(reassembler.gaps).toEqual([{ position: 2, length: 5 }])
    reassembler.segment(17, new Uint8Array(2))
    expect(reassembler.gaps).toEqual([])
  })

  it('refuses bounds that are none', () => {
    expect(() => new BufferedReassembler({ maxBuffer: 0 })).toThrow('maxBuffer')
    expect(() => new BufferedReassembler({ overflow: 'burst' as never })).toThrow('overflow')
  })
})
