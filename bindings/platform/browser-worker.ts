import type { Platform } from './platform'
import { webWorkers } from './web-workers'

/** The package's own worker in browsers: whoever starts it sends the core along. */
export const platform: Platform = {
  compileCore: () => Promise.reject(new Error('the core has not been sent to this worker')),
  openFile: undefined,
  standardInput: undefined,
  workers: webWorkers(() => {
    throw new Error('this worker starts no others')
  }),
}
