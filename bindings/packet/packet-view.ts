import { LinkType } from './link-type'
import type { Timestamp } from './timestamp'

/** What a {@link PacketView} says of its frame beyond the bytes. */
export interface PacketViewOptions {
  /** `LINKTYPE_` number of the frame's first header: {@link LinkType.Ethernet} unless given. */
  readonly linkType?: number
  /** Bytes that the frame had on the wire, at least those captured: the frame's length unless given. */
  readonly wireLength?: number
}

const MAX_UINT32 = 0xffff_ffff

/** One captured frame and when it was seen. The bytes are borrowed, not copied. */
export class PacketView {
  /** `LINKTYPE_` number of the frame's first header, see tcpdump.org/linktypes.html. */
  readonly linkType: number

  /** Bytes that the frame had on the wire; more than `frame` holds when a snap length has cut it. */
  readonly wireLength: number

  /**
   * @param frame the captured bytes, from the link-layer header on
   * @param timestamp when they were captured
   * @throws RangeError when the link type or the length on the wire is not an unsigned 32-bit integer
   */
  constructor(
    readonly frame: Uint8Array,
    readonly timestamp: Timestamp,
    options: PacketViewOptions = {},
  ) {
    this.linkType = checkUint32(options.linkType ?? LinkType.Ethernet, 'linkType')
    this.wireLength = checkUint32(options.wireLength ?? frame.length, 'wireLength')
  }

  /**
   * Other bytes seen at the same time: what is left of a frame once an outer layer has been taken off.
   *
   * @param frame taken as whole, so that `wireLength` is its length
   * @param linkType of the new frame; the old one's unless given
   */
  withFrame(frame: Uint8Array, linkType: number = this.linkType): PacketView {
    return new PacketView(frame, this.timestamp, { linkType })
  }
}

function checkUint32(value: number, name: string): number {
  if (Number.isInteger(value) && value >= 0 && value <= MAX_UINT32) return value
  throw new RangeError(`${name} must be an integer from 0 to ${MAX_UINT32}: ${value}`)
}
