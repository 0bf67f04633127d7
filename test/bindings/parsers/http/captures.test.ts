import { readdirSync } from 'node:fs'
import { basename } from 'node:path'
import { describe, expect, it } from 'vitest'
import { http, wholeBodies } from '../../../../bindings/parsers/http'
import { cutInAllWays } from '../../../support/cutting'
import { sharedCaptures } from '../../../support/replay'

const RECORDED = 'test/fixtures/recorded'

const own = readdirSync(`${RECORDED}/http`)
  .filter((file) => file.endsWith('.pcap'))
  .map((file) => `${RECORDED}/http/${file}`)
const captures = [...own, `${RECORDED}/http-curl-nginx.pcap`, 'test/fixtures/generated/http_session.pcap']
const shared = sharedCaptures('http')

const named = (paths: readonly string[]) => paths.map((path) => [basename(path), path] as const)

describe('messages are the same however bytes are cut', () => {
  it.each(named(captures))(
    '%s',
    async (_, path) => {
      const { messages, cuts } = await cutInAllWays(path, ({ key }) => http({ bodies: wholeBodies() }).create(key))
      expect(messages).toBeGreaterThan(1)
      expect(cuts).toBeGreaterThan(50)
    },
    60_000,
  )

  // Captures of other people, which are not part of this repository.
  it.skipIf(shared.length === 0).each(named(shared.length === 0 ? [''] : shared))(
    'shared %s',
    async (_, path) => {
      const { streams, cuts } = await cutInAllWays(path, ({ key }) => http().create(key))
      expect(cuts).toBeGreaterThanOrEqual(streams)
    },
    300_000,
  )
})
