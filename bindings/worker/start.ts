import { platform } from '#platform'
import { WorkerError } from '../common/errors'
import type { WorkerLike } from '../platform/platform'

/** Starts the worker of this package. @throws WorkerError where the runtime has none */
export function startWorker(): WorkerLike {
  if (!platform.workers) throw new WorkerError('this runtime has no workers')
  return platform.workers.start()
}

/** @throws WorkerError when the worker cannot be started, whatever went wrong */
export function startSafely(start: () => WorkerLike): WorkerLike {
  try {
    return start()
  } catch (cause) {
    if (cause instanceof WorkerError) throw cause
    throw new WorkerError('the worker cannot be started', { cause })
  }
}
