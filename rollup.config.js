import commonjs from '@rollup/plugin-commonjs'
import nodeResolve from '@rollup/plugin-node-resolve'
import dts from 'rollup-plugin-dts'
import esbuild from 'rollup-plugin-esbuild'
import {
  coreLocation,
  coreTypes,
  executable,
  platformOf,
  thirdPartyNotices,
  webFiles,
} from './scripts/rollup-plugins.js'

// All files lie flat in build/, next to core.wasm, so that each finds it by the same relative URL.
const library = {
  index: 'bindings/index.ts',
  http: 'bindings/parsers/http/index.ts',
  tls: 'bindings/parsers/tls/index.ts',
  dns: 'bindings/parsers/dns/index.ts',
  ndjson: 'bindings/ndjson/index.ts',
  x509: 'bindings/parsers/x509/index.ts',
  worker: 'bindings/worker/index.ts',
  'worker-thread': 'bindings/worker/thread.ts',
  opentelemetry: 'bindings/opentelemetry/index.ts',
  decompress: 'bindings/sources/compressed/index.ts',
}
// One of them stands behind `#platform`, see `imports` in package.json.
const platforms = Object.fromEntries(
  ['browser', 'default', 'deno', 'edge-light', 'node', 'workerd'].map((name) => [
    `platform-${name}`,
    `bindings/platform/${name}.ts`,
  ]),
)
const worker = { 'worker-main': 'bindings/worker/main.ts' }
const commandLine = { cli: 'bindings/cli/main.ts' }

export default [
  {
    input: { ...library, ...platforms, ...worker, ...commandLine },
    external: [/^node:/, '#platform', /\/build\/core/],
    output: {
      dir: 'build',
      format: 'esm',
      sourcemap: true,
      entryFileNames: '[name].js',
      chunkFileNames: 'chunk-[name].js',
      // Bare imports of what is imported anyway: bundlers warn of them, as nothing here has side effects.
      hoistTransitiveImports: false,
    },
    plugins: [
      nodeResolve({ exportConditions: ['node'], preferBuiltins: true }),
      commonjs(),
      esbuild({ target: 'es2022', loaders: { '.json': 'json' } }),
      coreLocation(),
      executable('cli'),
      thirdPartyNotices(),
    ],
  },
  {
    input: library,
    external: ['#platform', '@opentelemetry/api'],
    output: { dir: 'build', format: 'esm', chunkFileNames: 'chunk-[name].d.ts' },
    plugins: [dts({ compilerOptions: { stripInternal: true } }), coreTypes()],
  },
  {
    // Whole in one file, since not every bundler can split a worker.
    input: { 'worker-browser': 'bindings/worker/main.ts' },
    output: { dir: 'build', format: 'esm', inlineDynamicImports: true },
    plugins: [
      platformOf('bindings/platform/browser-worker.ts'),
      nodeResolve({ browser: true }),
      esbuild({ target: 'es2022', minify: true }),
    ],
  },
  {
    // The page is a user of the package like any other: it is made of what was built above.
    input: { app: 'examples/browser/app.ts' },
    output: { dir: 'build/web', format: 'esm', chunkFileNames: '[name].js' },
    plugins: [
      nodeResolve({ browser: true, exportConditions: ['browser'] }),
      esbuild({ target: 'es2022', minify: true, exclude: [], define: { 'process.env.NODE_ENV': '"production"' } }),
      webFiles(),
    ],
  },
]
