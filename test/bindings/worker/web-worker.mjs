// The worker for browsers, in a thread of Node that looks like one of a browser's: its global scope sends and receives.
import { parentPort } from 'node:worker_threads'

globalThis.postMessage = (message, transfer) => parentPort.postMessage(message, transfer)
globalThis.addEventListener = (type, listener) => parentPort.on(type, (data) => listener({ data }))
await import('../../../build/worker-browser.js')
