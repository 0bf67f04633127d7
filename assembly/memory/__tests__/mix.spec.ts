import { hashBytes, mixIn, splitMix } from '../mix'
import { takePages } from './pages'

const BYTES: usize = takePages(1)
const SECRET: u64 = 0x9e3779b97f4a7c15

describe('SplitMix64', () => {
  it('is the generator of the paper', () => {
    // First outputs for seed 0: prng.di.unimi.it/splitmix64.c.
    expect<u64>(splitMix(0x9e3779b97f4a7c15)).toBe(0xe220a8397b1dcdaf)
    expect<u64>(splitMix(0x3c6ef372fe94f82a)).toBe(0x6e789e6aa1b965f4)
  })
})

describe('mixing in a word', () => {
  it('tells words and states apart', () => {
    expect<u64>(mixIn(1, 2, SECRET)).not.toBe(mixIn(2, 1, SECRET))
    expect<u64>(mixIn(0, 1 << 63, SECRET)).not.toBe(mixIn(0, 0, SECRET))
  })
})

describe('hash of bytes', () => {
  it('depends on every byte, on the length and on the secret, and on nothing behind', () => {
    for (let i: usize = 0; i < 200; i++) store<u8>(BYTES + i, <u8>(i * 7))
    for (let length: usize = 0; length < 100; length++) {
      const hash = hashBytes(BYTES, length, SECRET)
      expect<u64>(hashBytes(BYTES, length, SECRET + 2)).not.toBe(hash)
      expect<u64>(hashBytes(BYTES, length + 1, SECRET)).not.toBe(hash)
      for (let i: usize = 0; i < length; i++) {
        store<u8>(BYTES + i, load<u8>(BYTES + i) ^ 0x80)
        expect<u64>(hashBytes(BYTES, length, SECRET)).not.toBe(hash)
        store<u8>(BYTES + i, load<u8>(BYTES + i) ^ 0x80)
      }
      store<u8>(BYTES + length, load<u8>(BYTES + length) ^ 0xff)
      expect<u64>(hashBytes(BYTES, length, SECRET)).toBe(hash)
      store<u8>(BYTES + length, load<u8>(BYTES + length) ^ 0xff)
    }
  })

  it('tells zeros of different lengths apart', () => {
    memory.fill(BYTES, 0, 200)
    for (let length: usize = 0; length < 100; length++) {
      expect<u64>(hashBytes(BYTES, length, SECRET)).not.toBe(hashBytes(BYTES, length + 1, SECRET))
    }
  })
})
