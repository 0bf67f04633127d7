// Runs all specs of the core, or only those that the command line names.
const named = process.argv.slice(2).filter((argument) => argument.endsWith('.spec.ts'))

// What the host answers when the core asks for the idle timeout of a flow: flow 7 has its own, 5 s, in nanoseconds.
const idleTimeoutOf = (flow) => (flow === 7 ? 5e9 : -1)

export default {
  entries: named.length > 0 ? [] : ['assembly/**/__tests__/**/*.spec.ts'],
  include: ['assembly/**/__tests__/**/*.include.ts'],
  disclude: [/node_modules/],
  reporter: 'scripts/as-pect-reporter.js',
  instantiate: (memory, createImports, instantiate, binary) =>
    instantiate(binary, createImports({ env: { memory, idleTimeoutOf } })),
}
