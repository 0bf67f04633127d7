// The page of examples/browser as its users have it, in a real browser: what it is given, and what it says of it.

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { everyNanoseconds, pcap } from '../support/captures'
import { Conversation } from '../support/conversation'
import { damaged, HOSTILE, hostileNames, manyFlows, packetsOf } from './support/hard-captures'
import { describePage, MIX, mix, session } from './support/page-suite'
import { serveHeld, serveWeb } from './support/viewer'

await describePage('the page', (suite) => {
  describe('takes a capture', () => {
    const TOTALS = { Packets: '224', Bytes: '63.0 kB', Duration: '1.39 s', Flows: '34', Messages: '82', Anomalies: '0' }

    it('that is dropped', async () => {
      const { page } = await suite.open()
      expect(await page.isVisible('#welcome')).toBe(true)
      await suite.viewer.drop(mix, 'dropped.pcap')
      await suite.viewer.until('#shown', '34 listed')
      await suite.viewer.concluded()
      expect(await suite.viewer.totals()).toEqual(TOTALS)
      expect(await suite.viewer.text('#capture-name')).toBe('dropped.pcap')
      expect(await suite.viewer.text('#state')).toMatch(/^Read 66\.6 kB in /)
      expect(await suite.viewer.column('Flow')).toEqual(Array.from({ length: 34 }, (_, i) => String(i + 1)))
      expect([await page.isVisible('#welcome'), await page.isVisible('#progress')]).toEqual([false, false])
    })

    it('that is chosen, also compressed', async () => {
      await suite.open()
      for (const suffix of ['', '.gz', '.zst']) {
        await suite.viewer.choose(new Uint8Array(readFileSync(MIX + suffix)), `chosen${suffix}`)
        expect(await suite.viewer.totals(), suffix).toEqual(TOTALS)
      }
    })

    it('that flowscope web was given', async () => {
      await using web = await serveWeb(MIX)
      await suite.open(web.url)
      await suite.viewer.until('#capture-name', 'loopback-mix.pcap')
      await suite.viewer.until('#shown', '34 listed')
      await suite.viewer.concluded()
      expect(await suite.viewer.totals()).toEqual(TOTALS)
      const files = ['/core.wasm', '/worker-browser.js', '/app.js', '/style.css', '/icon.svg', '/capture']
      expect(suite.viewer.requests.filter((path) => !files.includes(path) && !path.startsWith('/chunk-'))).toEqual([
        '/?capture=loopback-mix.pcap',
      ])
    })

    it('or says that the server has none', async () => {
      await suite.open(`${suite.served.origin}/?capture=gone.pcap`)
      await suite.viewer.until('#damage', 'The capture cannot be fetched: status 404.')
      // The browser itself tells of the 404.
      expect(suite.viewer.problems.splice(0)).toEqual([expect.stringContaining('404')])
      await suite.viewer.choose(session)
      expect(await suite.viewer.text('#shown')).toBe('1 listed')
    })
  })

  describe('while a capture is read', () => {
    const FLOWS = 30_000
    let big: string
    let size: number

    beforeAll(() => {
      big = join(suite.folder, 'big.pcap')
      const capture = manyFlows(FLOWS)
      size = capture.length
      writeFileSync(big, capture)
    })

    it('lists flows before the end is there, moves the progress, and lists the rest', async () => {
      await using web = await serveWeb(big)
      await using held = await serveHeld(web, Math.floor(size / 2))
      const { page } = await suite.open(held.url)
      await page.waitForFunction(() => document.querySelectorAll('.row').length > 10, undefined)
      await page.waitForFunction(() => (document.querySelector('progress')?.value ?? 0) > 0.3, undefined)
      expect(await page.evaluate(`document.querySelector('progress').value`)).toBeLessThan(0.6)
      expect(await suite.viewer.text('#state')).toMatch(new RegExp(` of ${(size / 1e6).toFixed(2)} MB$`))
      expect(await page.isVisible('#cancel')).toBe(true)
      expect((await suite.viewer.rows())[0]).toMatchObject({ Initiator: '10.0.0.0:1024', Packets: '…', End: '…' })
      // Sorted and filtered while it grows.
      await suite.viewer.sortBy('Flow')
      await page.fill('#filter', '10.0.0.')
      await suite.viewer.until('#shown', '256 listed')
      expect((await suite.viewer.column('Flow'))[0]).toBe('256')

      held.release()
      await suite.viewer.concluded()
      expect(await suite.viewer.totals()).toMatchObject({ Flows: '30,000', Packets: '60,000' })
      expect((await suite.viewer.rows())[0]).toMatchObject({ Flow: '256', Packets: String(packetsOf(255)) })
      await suite.viewer.filter('', '30,000 listed')
    })

    it('stops when it is told to, and stays usable', async () => {
      await using web = await serveWeb(big)
      await using held = await serveHeld(web, Math.floor(size / 2))
      const { page } = await suite.open(held.url)
      await page.waitForFunction(() => document.querySelectorAll('.row').length > 10, undefined)
      await page.click('#cancel')
      await suite.viewer.concluded()
      expect(await suite.viewer.text('#state')).toMatch(/^Cancelled after /)
      expect([await page.isVisible('#cancel'), await page.isVisible('#damage')]).toEqual([false, false])
      await suite.viewer.sortBy('Flow')
      await suite.viewer.sortBy('Flow')
      await suite.viewer.filter('10.0.0.7:', '1 listed')
      await page.click('.row')
      expect(await suite.viewer.text('#details')).toContain('Statelive')
      await page.fill('#filter', '')
      await suite.viewer.choose(mix)
      await suite.viewer.until('#shown', '34 listed')
      expect(await page.isVisible('#details')).toBe(false)
    })

    it('takes another one in its place, which the first does not disturb', async () => {
      await using web = await serveWeb(big)
      await using held = await serveHeld(web, Math.floor(size / 2))
      const { page } = await suite.open(held.url)
      await page.waitForFunction(() => document.querySelectorAll('.row').length > 10, undefined)
      await page.click('.row')
      await suite.viewer.choose(session, 'second.pcap')
      held.release()
      expect(await page.isVisible('#details')).toBe(false)
      expect(await suite.viewer.rows()).toEqual([expect.objectContaining({ Name: 'example.com', End: 'fin' })])
      await new Promise((resolve) => setTimeout(resolve, 500))
      expect(await suite.viewer.text('#shown')).toBe('1 listed')
      expect(await suite.viewer.text('#state')).toMatch(/^Read /)
      expect(await page.evaluate('document.title')).toBe('second.pcap - flowscope')
    })

    it('brings the details of a flow up to date', async () => {
      await using web = await serveWeb(big)
      await using held = await serveHeld(web, Math.floor(size / 2))
      const { page } = await suite.open(held.url)
      await page.waitForFunction(() => document.querySelectorAll('.row').length > 10, undefined)
      await page.click('.row')
      expect(await suite.viewer.text('#details dl')).toContain('Statelive')
      held.release()
      await suite.viewer.concluded()
      expect(await suite.viewer.text('#details dl')).toContain('ended by end_of_capture')
    })
  })

  describe('says what is wrong', () => {
    it('with a damaged capture, where, and keeps what stands before', async () => {
      const { capture, offset } = damaged(mix, mix.length / 2)
      const { page } = await suite.open()
      await suite.viewer.choose(capture)
      expect(await suite.viewer.text('#damage')).toMatch(
        new RegExp(
          `^Impossible captured length: found 4294967295, .* at byte ${offset}\\. What stands before is listed\\.$`,
        ),
      )
      const flows = (await suite.printed('flows', capture)).filter(({ type }) => type === 'flow')
      expect(await suite.viewer.text('#shown')).toBe(`${flows.length} listed`)
      // Those that lived at the damage have their sums as well.
      const packets = new Map(
        flows.map(({ flow, packets_initiator: a, packets_responder: b }) => [String(flow), a + b]),
      )
      for (const row of await suite.viewer.rows())
        expect(row.Packets, row.Flow).toBe(String(packets.get(row.Flow ?? '')))
      expect(await suite.viewer.text('#state')).toMatch(/^Ended early, after /)

      await suite.viewer.choose(mix, 'whole.pcap')
      expect([await page.isVisible('#damage'), await suite.viewer.text('#shown')]).toEqual([false, '34 listed'])
    })

    it('with a capture that is cut short', async () => {
      await suite.open()
      await suite.viewer.choose(session.subarray(0, -5))
      expect(await suite.viewer.text('#damage')).toMatch(
        /^Capture is cut short: .* at byte \d+\. What stands before is listed\.$/,
      )
      expect(await suite.viewer.totals()).toMatchObject({ Packets: '9', Flows: '1', Messages: '2' })
    })

    it.each([
      ['text', 'this is no capture', /^Not a capture: found magic number 0x74686973, /],
      ['nothing', '', /^Capture is cut short: found 0 bytes, /],
    ])('with %s, and takes a capture after it', async (_, content, message) => {
      const { page } = await suite.open()
      await suite.viewer.choose(new TextEncoder().encode(content), 'notes.txt')
      expect(await suite.viewer.text('#damage')).toMatch(message)
      expect([await page.isVisible('#list'), await page.isVisible('.drop')]).toEqual([false, true])
      await suite.viewer.choose(session)
      expect([await page.isVisible('#list'), await page.isVisible('.drop')]).toEqual([true, false])
      expect(await suite.viewer.text('#shown')).toBe('1 listed')
    })
  })

  describe('takes what is captured as text', () => {
    it('under a policy that would stop what got through', async () => {
      const { page, problems } = await suite.open()
      await page.evaluate(`document.body.innerHTML += '<img src="https://example.invalid/x" onerror="pwned(1)">'`)
      await page.waitForFunction(() => document.images.length > 0, undefined)
      await page.evaluate('new Promise((resolve) => setTimeout(resolve, 200))')
      const complaints = problems.splice(0)
      expect(complaints.filter((problem) => problem.includes('policy: img-src'))).not.toEqual([])
      expect(complaints.filter((problem) => problem.includes('policy: script-src-attr'))).not.toEqual([])
      expect(complaints.filter((problem) => problem.includes('ran'))).toEqual([])
    })

    it('whatever it says', async () => {
      const { page } = await suite.open()
      const elements = await page.evaluate<string[]>(
        `[...new Set([...document.querySelectorAll('*')].map((e) => e.localName))]`,
      )
      const before = suite.viewer.requests.length
      await suite.viewer.choose(hostileNames(), '<img src=x onerror=pwned("file")>.pcap')
      const flows = await suite.viewer.rows()
      expect(flows.map((row) => row.Name)).toEqual([HOSTILE.host, HOSTILE.sni, `${HOSTILE.label}.example`])
      await page.click('#tab-messages')
      await page.waitForFunction(() => document.querySelector('#list .row'), undefined)
      const what = await suite.viewer.column('What')
      for (const name of [HOSTILE.target, HOSTILE.sni, HOSTILE.label]) expect(what.join('\n')).toContain(name)
      expect(what.join('\n')).toContain('<b onclick=pwned()>OK</b>')

      for (let i = 0; i < what.length; i++) {
        await page.click(`.row[aria-rowindex="${i + 2}"]`)
        await page.evaluate(`for (const e of document.querySelectorAll('#details details')) e.open = true`)
        await page.waitForFunction(() => document.querySelector('#details details:last-child pre'), undefined)
        if (i === 0) expect(await suite.viewer.text('#details')).toContain(JSON.stringify(HOSTILE.value).slice(1, -1))
      }
      const known = new Set([...elements, 'h3', 'dt', 'dd', 'details', 'summary', 'pre'])
      const made = await page.evaluate<string[]>(`[...document.querySelectorAll('*')].map((e) => e.localName)`)
      expect(made.filter((name) => !known.has(name))).toEqual([])
      const attributes = await page.evaluate<string[]>(
        `[...document.querySelectorAll('*')].flatMap((e) => e.getAttributeNames())`,
      )
      expect(attributes.filter((name) => name.startsWith('on') || name === 'srcdoc')).toEqual([])
      // The worker and the core, and nothing that a name asks for.
      const asked = suite.viewer.requests.slice(before)
      expect(asked.filter((path) => !/^\/(core\.wasm|worker-browser\.js|chunk-[\w-]+\.js)$/.test(path))).toEqual([])
    })

    it('with what cannot be seen as its code', async () => {
      const request = `GET / HTTP/1.1\r\nHost: safe\u202egpj.example\r\n\r\n`
      const web = new Conversation()
      await suite.open()
      await suite.viewer.choose(
        pcap(everyNanoseconds(1000n, [...web.open(), web.send('initiator', request), ...web.close()])),
      )
      const [row] = await suite.viewer.rows()
      expect(row?.Name).not.toContain('\u202e')
      expect(await suite.viewer.text('body')).not.toContain('\u202e')
    })
  })
})
