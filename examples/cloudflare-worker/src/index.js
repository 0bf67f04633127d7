// A Cloudflare Worker that takes a capture of any size as the body of a request, and streams flows or messages back.

import { captureService } from '../../edge/capture-service.mjs'

const MIB = 1024 * 1024

export default {
  /** Bounds come from the variables in wrangler.jsonc, so that they can be changed without touching code. */
  fetch(request, { MAX_MEBIBYTES, MAX_SECONDS }) {
    return captureService({ maxBytes: MAX_MEBIBYTES * MIB, maxSeconds: MAX_SECONDS })(request)
  },
}
