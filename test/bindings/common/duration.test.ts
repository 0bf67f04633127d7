import { describe, expect, it } from 'vitest'
import { secondsToNanoseconds } from '../../../bindings/common/duration'
import { ConfigError } from '../../../bindings/common/errors'

describe('secondsToNanoseconds', () => {
  it.each([
    [0, 0n],
    [1, 1_000_000_000n],
    [0.1, 100_000_000n],
    [0.000000001, 1n],
    [1.123456789, 1_123_456_789n],
    [86_400.000000001, 86_400_000_000_001n],
    [300, 300_000_000_000n],
    [Number.POSITIVE_INFINITY, 2n ** 62n],
  ])('takes %d s for %d ns', (seconds, nanoseconds) => {
    expect(secondsToNanoseconds(seconds, 'x')).toBe(nanoseconds)
  })

  it.each([-1, Number.NaN, Number.NEGATIVE_INFINITY, 1e10, '1' as never, null as never])('refuses %s', (seconds) => {
    expect(() => secondsToNanoseconds(seconds, 'idleTimeoutSeconds.tcp')).toThrow(ConfigError)
    expect(() => secondsToNanoseconds(seconds, 'idleTimeoutSeconds.tcp')).toThrow(/^idleTimeoutSeconds\.tcp must be/)
  })
})
