import { readdirSync } from 'node:fs'
import { basename } from 'node:path'
import { describe, expect, it } from 'vitest'
import { tls } from '../../../../bindings/parsers/tls/index'
import { cutInAllWays } from '../../../support/cutting'
import { sharedCaptures } from '../../../support/replay'

const RECORDED = 'test/fixtures/recorded'
const own = readdirSync(`${RECORDED}/tls`)
  .filter((file) => file.endsWith('.pcap'))
  .map((file) => `${RECORDED}/tls/${file}`)
const shared = sharedCaptures('tls')

describe('messages are the same however bytes are cut', () => {
  it.each(own.map((path) => [basename(path), path]))(
    '%s',
    async (_, path) => {
      const cutting = await cutInAllWays(path, ({ key }) => tls().create(key))
      expect(cutting.streams).toBe(1)
      expect(cutting.messages).toBeGreaterThan(1)
      expect(cutting.cuts).toBeGreaterThan(200)
    },
    30_000,
  )

  // Captures of other people, which are not part of this repository.
  it.skipIf(shared.length === 0).each((shared.length === 0 ? [''] : shared).map((path) => [basename(path), path]))(
    'shared %s',
    async (_, path) => {
      const { streams, cuts } = await cutInAllWays(path, ({ key }) => tls().create(key))
      expect(cuts).toBeGreaterThanOrEqual(streams)
    },
    60_000,
  )
})
