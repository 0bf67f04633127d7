// The tables and details of examples/browser in a real browser.

import { describe, expect, it } from 'vitest'
import { manyFlows } from './support/hard-captures'
import { describePage, mix } from './support/page-suite'
import type { Title } from './support/viewer'

function sorted<T>(list: readonly T[], compare?: (a: T, b: T) => number): T[] {
  return [...list].sort(compare)
}

await describePage('the page', (suite) => {
  describe('shows', () => {
    /** Sizes and durations in one unit. */
    const UNITS: Readonly<Record<string, number>> = { us: 1, ms: 1e3, s: 1e6, B: 1, kB: 1e3, MB: 1e6 }
    const numberIn = (text: string) => {
      const [number = '', unit] = text.replaceAll(',', '').split(' ')
      return Number(number) * (unit === undefined ? 1 : (UNITS[unit] ?? Number.NaN))
    }
    const addressIn = (text: string) => {
      const [, v6, v4, port = ''] = text.match(/^(?:\[?([\da-f:]*:[\da-f]*:[\da-f]*)\]?|([\d.]+))(?::(\d+))?$/) ?? []
      const v4Number = v4?.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0)
      return [v6 === undefined ? 0 : 1, v4Number ?? 0, Number(port)]
    }

    it.each<Title>(['Flow', 'Duration', 'Packets', 'Bytes'])('flows sorted by the number in %s', async (title) => {
      await suite.open()
      await suite.viewer.choose(mix)
      const before = await suite.viewer.column('Flow')
      await suite.viewer.sortBy(title)
      const down = (await suite.viewer.column(title)).map(numberIn)
      expect(down).toHaveLength(34)
      expect(down).toEqual(sorted(down, (a, b) => b - a))
      expect(down[0]).toBeGreaterThan(down.at(-1) ?? 0)
      await suite.viewer.sortBy(title)
      expect((await suite.viewer.column(title)).map(numberIn)).toEqual([...down].reverse())
      await suite.viewer.sortBy(title)
      expect(await suite.viewer.column('Flow')).toEqual(before)
    })

    it.each<Title>(['Start', 'Protocol', 'Name', 'App', 'End'])('flows sorted by the text in %s', async (title) => {
      const { page } = await suite.open()
      await suite.viewer.choose(mix)
      await suite.viewer.sortBy(title)
      const up = await suite.viewer.column(title)
      expect(up).toEqual(sorted(up))
      expect(up[0]).not.toBe(up.at(-1))
      expect(await page.evaluate(`document.querySelector('[aria-sort]').ariaSort`)).toBe('ascending')
      await suite.viewer.sortBy(title)
      expect(await suite.viewer.column(title)).toEqual([...up].reverse())
    })

    it.each<Title>(['Initiator', 'Responder'])('flows sorted by the address in %s', async (title) => {
      await suite.open()
      await suite.viewer.choose(mix)
      await suite.viewer.sortBy(title)
      const up = (await suite.viewer.column(title)).map(addressIn)
      const compare = (a: number[], b: number[]) =>
        a.map((x, i) => x - (b[i] ?? 0)).find((difference) => difference !== 0) ?? 0
      expect(up).toEqual(sorted(up, compare))
      expect(new Set(up.map(([kind]) => kind)).size).toBe(2)
    })

    it('messages, sorted by each column', async () => {
      await suite.open(undefined, { width: 1500, height: 3000 })
      await suite.viewer.choose(mix)
      await suite.viewer.page.click('#tab-messages')
      expect(await suite.viewer.text('#shown')).toBe('82 listed')
      for (const title of ['Time', 'Protocol', 'Kind', 'Sender', 'What'] as const) {
        await suite.viewer.sortBy(title)
        const up = await suite.viewer.column(title)
        expect(up, title).toEqual(sorted(up))
        expect(up, title).toHaveLength(82)
      }
    })

    it('what a filter lets through', async () => {
      const { page } = await suite.open()
      await suite.viewer.choose(mix)
      await suite.viewer.filter(
        'dns udp',
        `${(await suite.viewer.rows()).filter((row) => row.App === 'dns' && row.Protocol === 'udp').length} listed`,
      )
      for (const row of await suite.viewer.rows()) expect(row).toMatchObject({ App: 'dns', Protocol: 'udp' })
      await suite.viewer.filter('no such thing', '0 listed')
      expect([await suite.viewer.text('#nothing'), await page.isVisible('#nothing')]).toEqual([
        'No flow matches the filter.',
        true,
      ])
      await page.click('#tab-messages')
      await suite.viewer.until('#nothing', 'No message matches the filter.')
      await suite.viewer.filter('', '82 listed')
      expect(await page.isVisible('#nothing')).toBe(false)
    })

    it('a flow with its messages, as flowscope prints them', async () => {
      const { page } = await suite.open()
      await suite.viewer.choose(mix)
      const messages = await suite.printed('messages', mix)
      const flows = await suite.printed('flows', mix)
      for (const flow of [1, 20, 30]) {
        await page.click(`.row[aria-rowindex="${flow + 1}"]`)
        expect(await suite.viewer.text('#details h2')).toBe(`Flow ${flow}Close`)
        expect(await page.evaluate(`document.querySelector('.row[aria-selected=true]').ariaRowIndex`)).toBe(
          String(flow + 1),
        )
        await page.evaluate(`for (const e of document.querySelectorAll('#details details')) e.open = true`)
        const wanted = [
          ...messages.filter((line) => line.flow === flow && line.type === 'message'),
          ...flows.filter((line) => line.flow === flow && line.type === 'flow'),
        ]
        await page.waitForFunction((count) => document.querySelectorAll('#details pre').length === count, wanted.length)
        const shown = await page.evaluate<string[]>(
          `[...document.querySelectorAll('#details pre')].map((e) => e.textContent)`,
        )
        const lines = shown.map((text) => JSON.parse(text))
        // What is read for messages is counted with the flow as well, which `flows` alone does not do.
        for (const [i, line] of lines.entries()) expect(line).toMatchObject(wanted[i] ?? {})
      }
      await page.click('#details h2 button')
      expect(await page.isVisible('#details')).toBe(false)
    })

    it('the flow of a message', async () => {
      const { page } = await suite.open()
      await suite.viewer.choose(mix)
      await page.click('#tab-messages')
      await page.click('.row[aria-rowindex="7"]')
      const row = (await suite.viewer.rows())[5]
      expect(await suite.viewer.text('#details h2')).toBe(`Flow ${row?.Flow}Close`)
    })

    it('the columns that matter where there is little room', async () => {
      const { page } = await suite.open(undefined, { width: 420, height: 800 })
      await suite.viewer.choose(mix)
      const visible = () =>
        page.evaluate<string[]>(
          `[...document.querySelectorAll('.head > *')].filter((e) => e.checkVisibility()).map((e) => e.textContent)`,
        )
      const overflow = () =>
        page.evaluate(
          `document.documentElement.scrollWidth - innerWidth + document.querySelector('.table').scrollWidth - document.querySelector('.table').clientWidth`,
        )
      expect([await visible(), await overflow()]).toEqual([['Initiator', 'Responder', 'Bytes'], 0])
      await page.setViewportSize({ width: 1360, height: 800 })
      expect([(await visible()).length, await overflow()]).toEqual([11, 0])
      await page.click('.row')
      expect([(await visible()).length, await overflow()]).toEqual([7, 0])
    })
  })

  describe('can be used without a mouse', () => {
    const selected = () =>
      suite.viewer.page.evaluate<string | null>(`document.querySelector('.row[aria-selected=true]')?.ariaRowIndex`)
    /** Whether the selected row is whole in sight: below the heading, above the edge. */
    const inSight = () =>
      suite.viewer.page.evaluate<boolean>(`(() => {
        const row = document.querySelector('.row[aria-selected=true]').getBoundingClientRect()
        const head = document.querySelector('.head').getBoundingClientRect()
        const table = document.querySelector('.table').getBoundingClientRect()
        return row.top >= head.bottom - 1 && row.bottom <= table.bottom + 1
      })()`)
    const press = async (key: string, times = 1) => {
      for (let i = 0; i < times; i++) await suite.viewer.page.keyboard.press(key)
    }

    it('from row to row, with the row always in sight', async () => {
      const { page } = await suite.open(undefined, { width: 1360, height: 700 })
      await suite.viewer.choose(manyFlows(2_000))
      await page.focus('.table')
      await press('ArrowDown')
      expect([await selected(), await suite.viewer.text('#details h2')]).toEqual(['2', 'Flow 1Close'])
      for (let i = 3; i < 40; i++) {
        await press('ArrowDown')
        expect([await selected(), await inSight()], `row ${i}`).toEqual([String(i), true])
      }
      for (let i = 38; i > 2; i--) {
        await press('ArrowUp')
        expect([await selected(), await inSight()], `row ${i}`).toEqual([String(i), true])
      }
      await press('End')
      await page.waitForFunction(
        () => document.querySelector('.row[aria-selected=true]')?.getAttribute('aria-rowindex') === '2001',
        undefined,
      )
      expect(await inSight()).toBe(true)
      await press('PageUp')
      expect(Number(await selected())).toBeLessThan(2001)
      expect(await inSight()).toBe(true)
      await press('Home')
      await page.waitForFunction(
        () => document.querySelector('.row[aria-selected=true]')?.getAttribute('aria-rowindex') === '2',
        undefined,
      )
      expect(
        await page.evaluate(
          `document.getElementById(document.querySelector('.table').getAttribute('aria-activedescendant')).ariaRowIndex`,
        ),
      ).toBe('2')
      await press('Escape')
      expect([await page.isVisible('#details'), await page.evaluate('document.activeElement.className')]).toEqual([
        false,
        'table',
      ])
    })

    it('from flows to messages', async () => {
      const { page } = await suite.open()
      await suite.viewer.choose(mix)
      await page.focus('#tab-flows')
      await press('ArrowRight')
      expect([await suite.viewer.text('#shown'), await page.evaluate('document.activeElement.id')]).toEqual([
        '82 listed',
        'tab-messages',
      ])
      await press('ArrowLeft')
      expect(await suite.viewer.text('#shown')).toBe('34 listed')
    })
  })

  describe('with 100,000 flows', () => {
    const FLOWS = 100_000
    /** Not a measurement: what is far beyond it cannot be used. */
    const ANSWER_LIMIT = 5_000

    it('holds few rows in the document, and answers', async () => {
      const { page } = await suite.open(undefined, { width: 1360, height: 860 })
      await suite.viewer.choose(manyFlows(FLOWS))
      expect(await suite.viewer.text('#shown')).toBe('100,000 listed')
      const rows = () => page.evaluate<number>(`document.querySelectorAll('.row').length`)
      expect(await rows()).toBeLessThan(100)

      for (const [title, first] of [
        ['Packets', '3'],
        ['Initiator', '10.0.0.0:1024'],
        ['Bytes', '246 B'],
      ] as const) {
        const begun = performance.now()
        await suite.viewer.sortBy(title)
        expect((await suite.viewer.column(title))[0]).toBe(first)
        expect(performance.now() - begun, title).toBeLessThan(ANSWER_LIMIT)
      }
      await suite.viewer.sortBy('Initiator')
      await suite.viewer.sortBy('Initiator')
      expect((await suite.viewer.column('Initiator'))[0]).toBe('10.1.134.159:51023')
      await page.evaluate(`document.querySelector('.table').scrollTop = 1e9`)
      await suite.viewer.page.waitForFunction(
        (last) => document.querySelector(`.row[aria-rowindex="${last}"]`),
        FLOWS + 1,
      )
      expect((await suite.viewer.column('Initiator')).at(-1)).toBe('10.0.0.0:1024')
      expect(await rows()).toBeLessThan(100)
      await suite.viewer.filter('10.1.134.', '160 listed')
    })
  })
})
