import { basename } from 'node:path'
import { describe, expect, it } from 'vitest'
import { dns } from '../../../../bindings/parsers/dns'
import { cutInAllWays } from '../../../support/cutting'
import { sharedCaptures } from '../../../support/replay'

const RECORDED = 'test/fixtures/recorded'
const shared = sharedCaptures('dns')

describe('messages in TCP are the same however bytes are cut', () => {
  it.each([
    ['dns/tcp.pcap', 4],
    ['dns/edns.pcap', 1],
    ['dns-dig-dnsmasq.pcap', 2],
  ])(
    '%s',
    async (file, streams) => {
      const cutting = await cutInAllWays(`${RECORDED}/${file}`, ({ key }) => dns()[0].create(key))
      expect(cutting.streams).toBe(streams)
      expect(cutting.messages).toBeGreaterThanOrEqual(2 * streams)
      expect(cutting.cuts).toBeGreaterThan(500)
    },
    30_000,
  )

  // Captures of other people, which are not part of this repository.
  it.skipIf(shared.length === 0).each((shared.length === 0 ? [''] : shared).map((path) => [basename(path), path]))(
    'shared %s',
    async (_, path) => {
      const { streams, cuts } = await cutInAllWays(path, ({ key }) => dns()[0].create(key))
      expect(cuts).toBeGreaterThanOrEqual(streams)
    },
    60_000,
  )
})
