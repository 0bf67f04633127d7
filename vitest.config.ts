import { defineConfig } from 'vitest/config'

export default defineConfig({
  resolve: { alias: { '#platform': new URL('bindings/platform/node.ts', import.meta.url).pathname } },
  test: {
    // Many tests start programs; on a busy machine that takes its time.
    testTimeout: 30_000,
    hookTimeout: 30_000,
    globalSetup: ['test/support/telemetry/install.ts'],
    // The specs in assembly/ are as-pect's.
    include: ['bindings/**/*.test.ts', 'examples/**/*.test.ts', 'test/**/*.test.ts'],
    reporters: ['default', ['json', { outputFile: 'test-results/vitest.json' }]],
  },
})
