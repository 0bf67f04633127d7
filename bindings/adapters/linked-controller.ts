/** A controller that aborts when the signal does, and of itself; for runtimes without `AbortSignal.any`. */
export function linkedController(signal: AbortSignal | undefined): AbortController {
  const controller = new AbortController()
  if (!signal) return controller
  const abort = (): void => controller.abort(signal.reason)
  if (signal.aborted) abort()
  else signal.addEventListener('abort', abort, { once: true, signal: controller.signal })
  return controller
}
