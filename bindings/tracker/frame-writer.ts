import { FORMAT_FRAMES, MAX_FRAME, R_CAPTURED, R_LINK_TYPE, R_SIZE, R_TIME, R_WIRE } from '../../assembly/layout'
import { FrameError } from '../common/errors'
import type { Core } from '../core/core'
import type { PacketView } from '../packet/packet-view'
import { nanosecondHalves } from '../packet/timestamp'

/** Gathers single frames in the core's input buffer, as many as fit, so that one call tracks them all. */
export class FrameWriter {
  readonly #core: Core
  #length = 0

  constructor(core: Core) {
    this.#core = core
  }

  /** The core is to expect single frames from now on. */
  open(): void {
    this.#core.exports.openCapture(FORMAT_FRAMES)
  }

  get isEmpty(): boolean {
    return this.#length === 0
  }

  /** Address of the first frame. */
  get start(): number {
    return this.#core.input
  }

  /** Address behind the last one. */
  get end(): number {
    return this.#core.input + this.#length
  }

  /**
   * Whether there is room for a frame behind the others.
   *
   * @throws FrameError when there never is: it is longer than 256 KiB
   */
  fits({ frame }: PacketView): boolean {
    if (frame.length > MAX_FRAME) throw new FrameError(frame.length, MAX_FRAME)
    return R_SIZE + frame.length <= this.#core.inputCapacity - this.#length
  }

  /** Adds a frame that fits. */
  add({ frame, timestamp, wireLength, linkType }: PacketView): void {
    const at = this.end
    const { bytes, data } = this.#core.memory()
    const [low, high] = nanosecondHalves(timestamp)
    data.setUint32(at + R_TIME, low, true)
    data.setUint32(at + R_TIME + 4, high, true)
    data.setUint32(at + R_CAPTURED, frame.length, true)
    data.setUint32(at + R_WIRE, wireLength, true)
    data.setUint32(at + R_LINK_TYPE, linkType, true)
    bytes.set(frame, at + R_SIZE)
    this.#length += R_SIZE + frame.length
  }

  /** The frames have been tracked. */
  clear(): void {
    this.#length = 0
  }
}
