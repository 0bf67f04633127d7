import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    // The specs in assembly/ are as-pect's.
    include: ['bindings/**/*.test.ts', 'examples/**/*.test.ts', 'test/**/*.test.ts'],
    reporters: ['default', ['json', { outputFile: 'test-results/vitest.json' }]],
  },
})
