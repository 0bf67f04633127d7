/** What all errors of this library have in common: `catch (error) { if (error instanceof FlowscopeError) … }`. */
export class FlowscopeError extends Error {
  /** Name of the class. */
  override readonly name: string = 'FlowscopeError'
}

/** An option, or a part of an extractor, has a value that cannot be used. Thrown before anything has changed. */
export class ConfigError extends FlowscopeError {
  override readonly name = 'ConfigError'

  /**
   * @param option path of the option, such as `idleTimeoutSeconds.tcp`
   * @param reason what is wrong with its value; follows the option's name in the message
   */
  constructor(
    readonly option: string,
    reason: string,
  ) {
    super(`${option} ${reason}`)
  }
}

/** What is wrong with a capture. See {@link CaptureError} for what `found` and `expected` hold for each. */
export type CaptureErrorCode =
  | 'unknown_magic'
  | 'truncated'
  | 'captured_length'
  | 'block_length'
  | 'block_trailer'
  | 'byte_order_magic'
  | 'version'
  | 'interface'
  | 'record_length'
  | 'interface_limit'
  | 'link_type'
  | 'option_length'
  | 'compressed_data'
  | 'compressed_truncated'
  | 'compressed_trailer'

/**
 * A capture is damaged, cut short, or of a format that is not read. Everything before the damage has been tracked,
 * and its events have been handed out, when this is thrown.
 *
 * | code | `found` | `expected` |
 * |---|---|---|
 * | `unknown_magic` | first four bytes, big-endian | 0 |
 * | `truncated` | bytes present | bytes needed |
 * | `captured_length` | captured length of a record | the most it may be |
 * | `block_length` | pcapng block length | the least or the most it may be |
 * | `block_trailer` | trailing pcapng block length | the leading one |
 * | `byte_order_magic` | a pcapng section's byte-order magic | 0x1a2b3c4d |
 * | `version` | major version of the format | the one that is read |
 * | `interface` | a pcapng packet's interface id | interfaces known |
 * | `record_length` | snoop record length | the least it may be |
 * | `interface_limit` | interfaces of a pcapng section | the most that are kept |
 * | `link_type` | link type word of a pcap header | 0: its reserved bits are not zero |
 * | `option_length` | length of an option of a pcapng interface | what it may be |
 * | `compressed_data` | 0 | 0: `detail` says what the decompression complains of |
 * | `compressed_truncated` | 0 | 0: the compressed file ends before its data do |
 * | `compressed_trailer` | first bytes of what follows compressed data, as a number | those that compressed data begin with |
 */
export class CaptureError extends FlowscopeError {
  override readonly name = 'CaptureError'

  /**
   * @param code what is wrong
   * @param offset bytes from the start of the capture to the damage: of what is decompressed, or for the codes
   * `compressed_…` of the compressed file
   * @param found the value that is there
   * @param expected the value that would have been right, or its bound
   * @param detail for the codes `compressed_…`: the kind of compression, and what is wrong
   */
  constructor(
    readonly code: CaptureErrorCode,
    readonly offset: number,
    readonly found: number,
    readonly expected: number,
    readonly detail?: string,
  ) {
    super(`${describeDamage(code, found, expected, detail)} at byte ${offset}`)
  }
}

function describeDamage(code: CaptureErrorCode, found: number, expected: number, detail = ''): string {
  switch (code) {
    case 'unknown_magic':
      return `not a capture: found magic number ${hexadecimal(found)}, expected that of pcap, pcapng or snoop`
    case 'truncated':
      return `capture is cut short: found ${found} bytes, expected ${expected}`
    case 'captured_length':
      return `impossible captured length: found ${found}, expected at most ${expected}`
    case 'block_length':
      return `impossible block length: found ${found}, bound is ${expected}`
    case 'block_trailer':
      return `block lengths disagree: found ${found} behind the block, expected ${expected}`
    case 'byte_order_magic':
      return `bad byte-order magic: found ${hexadecimal(found)}, expected ${hexadecimal(expected || 0x1a2b3c4d)}`
    case 'version':
      return `unknown format version: found ${found}, expected ${expected}`
    case 'interface':
      return `packet of an undescribed interface: found id ${found}, expected one below ${expected}`
    case 'record_length':
      return `impossible record length: found ${found}, expected at least ${expected}`
    case 'interface_limit':
      return `too many interfaces: found ${found}, expected at most ${expected}`
    case 'link_type':
      return `impossible link type: found ${hexadecimal(found)}, expected zeros in the reserved bits`
    case 'option_length':
      return `impossible length of an interface option: found ${found}, expected ${expected}`
    case 'compressed_data':
      return `damaged compressed data: ${detail},`
    case 'compressed_truncated':
      return `compressed data are cut short: found the end of the file, expected more ${detail} data`
    case 'compressed_trailer':
      return `compressed data are followed by something else: found ${hexadecimal(found)}, expected ${hexadecimal(expected)} (${detail}) or nothing,`
  }
}

function hexadecimal(value: number): string {
  return `0x${value.toString(16).padStart(8, '0')}`
}

/** A frame is longer than the core accepts (256 KiB, the limit of libpcap and Wireshark). It has not been tracked. */
export class FrameError extends FlowscopeError {
  override readonly name = 'FrameError'

  /**
   * @param length bytes of the frame
   * @param maximum bytes that are accepted
   */
  constructor(
    readonly length: number,
    readonly maximum: number,
  ) {
    super(`frame too long: found ${length} bytes, expected at most ${maximum}`)
  }
}

/** A custom extractor answered with something that is not an extraction. Its packet counts as unmatched. */
export class ExtractorError extends FlowscopeError {
  override readonly name = 'ExtractorError'
}

/** A source of bytes broke its contract, or cannot do what was asked of it. */
export class SourceError extends FlowscopeError {
  override readonly name = 'SourceError'
}

/** A tracker or extractor was used after it had been disposed. */
export class DisposedError extends FlowscopeError {
  override readonly name = 'DisposedError'

  /** @param what class name of the disposed object */
  constructor(what: string) {
    super(`this ${what} has been disposed`)
  }
}

/**
 * A tracker was asked for something that cannot be done at this moment: it is inside one of the user's callbacks, or
 * it is reading a capture. Nothing has changed.
 */
export class BusyError extends FlowscopeError {
  override readonly name = 'BusyError'
}

/** A view on packet bytes was asked for after the event it belongs to had been left behind. */
export class StaleViewError extends FlowscopeError {
  override readonly name = 'StaleViewError'

  constructor() {
    super('the bytes of a packet event can be had until the next event is pulled; copy what is needed longer')
  }
}

/** Memory for the flow table cannot be had. A tracker that asked for a larger one keeps the one it has. */
export class OutOfMemoryError extends FlowscopeError {
  override readonly name = 'OutOfMemoryError'

  /** @param maxFlows live flows that memory was asked for */
  constructor(readonly maxFlows: number) {
    super(`no memory for ${maxFlows} flows`)
  }
}

/** The WebAssembly module cannot be loaded, or is not that of this version. */
export class ModuleError extends FlowscopeError {
  override readonly name = 'ModuleError'
}

/** A worker could not be started, has failed, or was asked for what cannot be sent to one. */
export class WorkerError extends FlowscopeError {
  override readonly name = 'WorkerError'
}
