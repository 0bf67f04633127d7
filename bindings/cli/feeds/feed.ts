import type { CaptureSource } from '../../index'

/** Something that a capture is read from. */
export interface Feed {
  /** As the command line names it. */
  readonly name: string
  /** What is read: a file by its path, or a source. */
  readonly input: string | CaptureSource
  /** Whether packets are seen as they come, so that flows may end while none does. */
  readonly isLive?: boolean
  /** Ends it from the other end, at Ctrl-C; what comes until it has ended is read. Undefined where reading can just end. */
  readonly stop?: () => void
  /** Milliseconds that this may take. */
  readonly lastWords?: number
  /** What is to be said of it once it was read. */
  readonly remark?: () => string | undefined
}

/** A feed cannot be read on. The message says why, and what was before has been read. */
export class FeedError extends Error {}
