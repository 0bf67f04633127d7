import { afterEach, describe, expect, it, vi } from 'vitest'
import { yieldToEventLoop } from '../../../bindings/common/event-loop'

describe('yieldToEventLoop', () => {
  afterEach(() => vi.unstubAllGlobals())

  // Node, browsers, and what has neither.
  const runtimes = [{ missing: [] }, { missing: ['setImmediate'] }, { missing: ['setImmediate', 'MessageChannel'] }]

  it.each(runtimes)('lets timers have their turn without $missing', async ({ missing }) => {
    for (const name of missing) vi.stubGlobal(name, undefined)
    let fired = false
    setTimeout(() => {
      fired = true
    }, 1)
    const deadline = Date.now() + 5_000
    while (!fired && Date.now() < deadline) await yieldToEventLoop()
    expect(fired).toBe(true)
  })

  it('leaves nothing behind that keeps the process alive', async () => {
    vi.stubGlobal('setImmediate', undefined)
    const before = process.getActiveResourcesInfo().filter((name) => name === 'MessagePort').length
    for (let i = 0; i < 100; i++) await yieldToEventLoop()
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(process.getActiveResourcesInfo().filter((name) => name === 'MessagePort').length).toBe(before)
  })
})
