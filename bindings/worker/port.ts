import type { PortLike, WorkerLike } from '../platform/platform'

/** Calls a function with each message that comes to an end of a channel. */
export function listen(port: PortLike, receive: (message: unknown) => void): void {
  if (port.on) port.on('message', receive)
  else port.addEventListener?.('message', (event) => receive((event as MessageEvent).data))
}

/** Calls a function when a worker has failed. */
export function listenForFailure(worker: WorkerLike, fail: (reason: unknown) => void): void {
  if (worker.on) {
    worker.on('error', fail)
    worker.on('messageerror', fail)
    worker.on('exit', (code) => fail(new Error(`it has ended, with exit code ${code}`)))
    return
  }
  worker.addEventListener?.('error', (event) => {
    const { error, message } = event as ErrorEvent
    // A script that cannot be loaded is told by an event without either.
    fail(error ?? new Error(message || 'its script cannot be loaded'))
  })
  worker.addEventListener?.('messageerror', () => fail(new Error('a message cannot be read')))
}
