import { readFile } from 'node:fs/promises'
import { runInNewContext } from 'node:vm'
import { afterAll, describe, expect, it } from 'vitest'
import { FlowTracker, fiveTuple, load, ModuleError } from '../../../bindings'
import { coreModule } from '../../../bindings/core/module'
import { captureOf, connection } from '../support'

const bytes = await readFile(new URL('../../../build/core.wasm', import.meta.url))
const wasm = { 'content-type': 'application/wasm' }

describe('load', () => {
  afterAll(() => load(bytes))

  it.each([
    ['bytes', () => bytes],
    ['a module', () => WebAssembly.compile(bytes)],
    ['a promise of bytes', () => Promise.resolve(bytes)],
    ['a module of another realm', () => runInNewContext('WebAssembly.compile(bytes)', { bytes })],
    ['a response', () => new Response(bytes, { headers: wasm })],
    ['a response of another type', () => new Response(bytes)],
  ])('takes %s', async (_, source) => {
    await load(source())
    using tracker = await FlowTracker.create(fiveTuple())
    expect([...tracker.eventsSync(captureOf(connection()))]).toHaveLength(8)
  })

  it.each([
    ['what is no module', () => new Uint8Array(8)],
    ['a response of failure', () => new Response('no', { status: 404 })],
    ['a failed promise', () => Promise.reject(new Error('net'))],
  ])('refuses %s, and keeps what it has', async (_, source) => {
    const before = await coreModule()
    await expect(load(source())).rejects.toThrow(ModuleError)
    expect(await coreModule()).toBe(before)
  })

  it('refuses a module that is not the core', async () => {
    await load(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0))
    await expect(FlowTracker.create(fiveTuple())).rejects.toThrow(ModuleError)
  })
})
