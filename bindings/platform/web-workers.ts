import type { PortLike, WorkerSupport } from './platform'

/** Workers of the Web's kind: their global scope is what messages come to. */
export function webWorkers(start: () => Worker): WorkerSupport {
  return { start, parent: globalThis as unknown as PortLike }
}
