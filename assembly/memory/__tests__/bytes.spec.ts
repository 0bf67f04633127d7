import { be16, be32, be64 } from '../bytes'

const BUFFER: usize = memory.data(16, 8)

describe('loads in network byte order', () => {
  beforeAll(() => {
    for (let i: usize = 0; i < 16; i++) store<u8>(BUFFER + i, <u8>(0xf0 + i))
  })

  it('reads the first byte as the highest', () => {
    expect(be16(BUFFER)).toBe(0xf0f1)
    expect(be32(BUFFER)).toBe(0xf0f1f2f3)
    expect(be64(BUFFER)).toBe(0xf0f1f2f3f4f5f6f7)
  })

  it('reads from addresses that are not aligned', () => {
    expect(be16(BUFFER + 1)).toBe(0xf1f2)
    expect(be32(BUFFER + 3)).toBe(0xf3f4f5f6)
    expect(be64(BUFFER + 5)).toBe(0xf5f6f7f8f9fafbfc)
  })
})
