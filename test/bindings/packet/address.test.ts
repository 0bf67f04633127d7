import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatIpv4, formatIpv6, formatMac } from '../../../bindings/packet/address'
import { ipv6Bytes } from '../../support/frames'

describe('formatIpv6', () => {
  // The rules and examples of RFC 5952 section 4 and 5.
  it.each([
    ['2001:0db8:0000:0000:0001:0000:0000:0001', '2001:db8::1:0:0:1'],
    ['2001:0db8:0000:0000:0000:0000:0002:0001', '2001:db8::2:1'],
    ['2001:0db8:0000:0001:0001:0001:0001:0001', '2001:db8:0:1:1:1:1:1'],
    ['2001:0000:0000:0001:0000:0000:0000:0001', '2001:0:0:1::1'],
    ['2001:0db8:aaaa:bbbb:cccc:dddd:eeee:AAAA', '2001:db8:aaaa:bbbb:cccc:dddd:eeee:aaaa'],
    ['0000:0000:0000:0000:0000:0000:0000:0000', '::'],
    ['0000:0000:0000:0000:0000:0000:0000:0001', '::1'],
    ['0001:0000:0000:0000:0000:0000:0000:0000', '1::'],
    ['0000:0000:0001:0002:0003:0004:0005:0006', '::1:2:3:4:5:6'],
    ['0001:0002:0003:0004:0005:0006:0000:0000', '1:2:3:4:5:6::'],
    ['0000:0000:0000:0000:0000:ffff:c000:0280', '::ffff:192.0.2.128'],
    ['0000:0000:0000:0000:0000:fffe:c000:0280', '::fffe:c000:280'],
    ['0064:ff9b:0000:0000:0000:0000:c000:0221', '64:ff9b::c000:221'],
  ])('writes %s as %s', (full, short) => {
    const bytes = Uint8Array.from(
      full.split(':').flatMap((group) => [group.slice(0, 2), group.slice(2)]),
      (pair) => Number.parseInt(pair, 16),
    )
    expect(formatIpv6(bytes, 0)).toBe(short)
  })

  it('writes what reads back as the same address, at any offset', () => {
    const sparse = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 255 }))
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 16, maxLength: 16 }),
        fc.array(sparse, { minLength: 16, maxLength: 16 }),
        (dense, zeros) => {
          for (const bytes of [dense, Uint8Array.from(zeros)]) {
            const text = formatIpv6(Uint8Array.of(9, ...bytes), 1)
            if (!text.includes('.')) expect(ipv6Bytes(text)).toEqual([...bytes])
            expect(new URL(`http://[${formatIpv6(bytes, 0)}]/`).hostname).toBe(`[${canonical(text)}]`)
          }
        },
      ),
    )
  })
})

/** The URL standard, unlike RFC 5952, has no mixed notation. */
function canonical(text: string): string {
  const mapped = /^::ffff:(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(text)
  if (!mapped) return text
  const [a = 0, b = 0, c = 0, d = 0] = mapped.slice(1).map(Number)
  return `::ffff:${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`
}

describe('formatIpv4 and formatMac', () => {
  it('write bytes from an offset on', () => {
    const bytes = Uint8Array.of(0, 192, 0, 2, 1, 0xff, 0x0a)
    expect(formatIpv4(bytes, 1)).toBe('192.0.2.1')
    expect(formatMac(bytes, 1)).toBe('c0:00:02:01:ff:0a')
  })
})
