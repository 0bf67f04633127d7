// The service as an Edge Function of Vercel, api/[service].js of a project: it answers at /api/flows and /api/messages.

import { captureService } from './capture-service.mjs'

export const config = { runtime: 'edge' }

// The platform refuses bodies above 4 MB, so only what they become has to be bounded.
export default captureService({ maxBytes: 64 * 1024 * 1024, maxSeconds: 20 })
