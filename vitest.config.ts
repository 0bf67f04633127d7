import { defineConfig } from 'vitest/config'

export default defineConfig({
  resolve: { alias: { '#platform': new URL('bindings/platform/node.ts', import.meta.url).pathname } },
  test: {
    // The specs in assembly/ are as-pect's.
    include: ['bindings/**/*.test.ts', 'examples/**/*.test.ts', 'test/**/*.test.ts'],
    reporters: ['default', ['json', { outputFile: 'test-results/vitest.json' }]],
  },
})
