import type { Host } from './command'

const SIGNALS = ['SIGINT', 'SIGTERM'] as const

/**
 * Calls `stop` at the first Ctrl-C or SIGTERM. After that the signals act as if nobody listened, so that a second one
 * kills. Answers with the function that ends the listening.
 */
export function onStopSignal(host: Host, stop: () => void): () => void {
  const unlisten = (): void => {
    for (const signal of SIGNALS) host.off(signal, listener)
  }
  const listener = (): void => {
    unlisten()
    stop()
  }
  for (const signal of SIGNALS) host.on(signal, listener)
  return unlisten
}
