/**
 * What differs between runtimes, and all that does. Each runtime has a file of this room; `imports` in package.json
 * says which one `#platform` stands for.
 */
export interface Platform {
  /** Compiles the core that comes with the package, in the way that this runtime allows. */
  compileCore(): Promise<WebAssembly.Module>
  /** Opens a file by its path. Undefined where there are no files. */
  readonly openFile: ((path: string | URL) => OpenedFile) | undefined
  /** What is piped into this process. Undefined where there is no such thing. */
  readonly standardInput: (() => AsyncIterable<Uint8Array>) | undefined
  /** Threads besides the one that runs. Undefined where there are none. */
  readonly workers: WorkerSupport | undefined
}

/** How this runtime starts workers. */
export interface WorkerSupport {
  /** Starts the worker that comes with the package. */
  start(): WorkerLike
  /** Where messages to and from whoever started this thread go; means something inside a worker only. */
  readonly parent: PortLike | undefined
}

/** An end of a channel of messages: of the Web's kind, or of Node's. */
export interface PortLike {
  /** Sends a message; what is in `transfer` goes along, and is gone here. */
  postMessage(message: unknown, transfer: ArrayBuffer[]): void
  /** Listens, in the Web's way. */
  addEventListener?(type: string, listener: (event: Event) => void): void
  /** Listens, in Node's way. */
  on?(type: string, listener: (value: unknown) => void): unknown
}

/** A worker as `new Worker` makes it, in browsers and their like or in `node:worker_threads`. */
export interface WorkerLike extends PortLike {
  /** Ends it at once. */
  terminate(): unknown
  /** Lets it keep the process alive, in Node. */
  ref?(): void
  /** Lets the process end while it runs, in Node. */
  unref?(): void
}

/** A regular file, which is read at once, or the bytes of whatever else has a path. */
export type OpenedFile = RegularFile | { readonly stream: AsyncIterable<Uint8Array> }

/** A file that is read from its beginning. */
export interface RegularFile {
  /** Bytes. */
  readonly size: number
  /** Writes the next bytes to the start of `target`, and tells how many: 0 at the end. */
  read(target: Uint8Array): number
  close(): void
}
