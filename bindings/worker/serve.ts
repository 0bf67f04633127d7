import { platform } from '#platform'
import { WorkerError } from '../common/errors'
import { Server, type WorkerOffer } from './server'

/**
 * Makes the module that calls it a worker for a `WorkerDriver`, with parsers of your own:
 *
 * ```ts
 * serve({ parsers: { psmsg: myProtocol, http } })
 * ```
 *
 * Messages reach the other side as plain data: instances of your own classes lose their class.
 *
 * @throws WorkerError when it is not called in a worker
 */
export function serve(offer: WorkerOffer): void {
  const port = platform.workers?.parent
  if (!port) throw new WorkerError('serve() is called in a worker')
  new Server(port, offer)
}
