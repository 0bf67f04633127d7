import {
  DAMAGE_BLOCK_LENGTH,
  DAMAGE_BLOCK_TRAILER,
  DAMAGE_BYTE_ORDER_MAGIC,
  DAMAGE_CAPTURED_LENGTH,
  DAMAGE_CODE,
  DAMAGE_EXPECTED,
  DAMAGE_FOUND,
  DAMAGE_INTERFACE,
  DAMAGE_INTERFACE_LIMIT,
  DAMAGE_LINK_TYPE,
  DAMAGE_OFFSET,
  DAMAGE_OPTION_LENGTH,
  DAMAGE_RECORD_LENGTH,
  DAMAGE_TRUNCATED,
  DAMAGE_UNKNOWN_MAGIC,
  DAMAGE_VERSION,
} from '../../assembly/layout'
import { uint64 } from '../common/bytes'
import { CaptureError, type CaptureErrorCode } from '../common/errors'
import type { Core } from './core'

const CODES: Readonly<Record<number, CaptureErrorCode>> = {
  [DAMAGE_UNKNOWN_MAGIC]: 'unknown_magic',
  [DAMAGE_TRUNCATED]: 'truncated',
  [DAMAGE_CAPTURED_LENGTH]: 'captured_length',
  [DAMAGE_BLOCK_LENGTH]: 'block_length',
  [DAMAGE_BLOCK_TRAILER]: 'block_trailer',
  [DAMAGE_BYTE_ORDER_MAGIC]: 'byte_order_magic',
  [DAMAGE_VERSION]: 'version',
  [DAMAGE_INTERFACE]: 'interface',
  [DAMAGE_RECORD_LENGTH]: 'record_length',
  [DAMAGE_INTERFACE_LIMIT]: 'interface_limit',
  [DAMAGE_LINK_TYPE]: 'link_type',
  [DAMAGE_OPTION_LENGTH]: 'option_length',
}

/** The damage that the core has reported. */
export function readDamage(core: Core): CaptureError {
  const { data } = core.memory()
  const at = core.exports.damagePointer() >>> 0
  const number = data.getUint32(at + DAMAGE_CODE, true)
  const code = CODES[number]
  if (code === undefined) throw new RangeError(`not a kind of damage: ${number}`)
  return new CaptureError(
    code,
    uint64(data, at + DAMAGE_OFFSET),
    data.getUint32(at + DAMAGE_FOUND, true),
    data.getUint32(at + DAMAGE_EXPECTED, true),
  )
}
