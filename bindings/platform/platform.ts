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
