/**
 * Lets timers, input and signals have their turn before going on. A message comes back at once; timers of browsers wait
 * 4 ms when they follow one another (HTML, timer initialization steps). `scheduler.yield` would go ahead of timers.
 */
export function yieldToEventLoop(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === 'function') setImmediate(resolve)
    else if (typeof MessageChannel === 'function') passMessage(resolve)
    else setTimeout(resolve, 0)
  })
}

/** A channel for each call: runtimes that serve requests forbid one request to wait for what another has made. */
function passMessage(received: () => void): void {
  const { port1, port2 } = new MessageChannel()
  port1.onmessage = () => {
    port1.close()
    received()
  }
  port2.postMessage(undefined)
}

/**
 * Waits for a promise, but no longer than until the signal aborts; what then becomes of it is nobody's business.
 *
 * @throws the signal's reason
 */
export async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise
  let abort: (() => void) | undefined
  try {
    return await Promise.race([
      promise,
      new Promise<never>((_, reject) => {
        abort = () => reject(signal.reason)
        signal.addEventListener('abort', abort, { once: true })
        if (signal.aborted) abort()
      }),
    ])
  } finally {
    if (abort) signal.removeEventListener('abort', abort)
  }
}
