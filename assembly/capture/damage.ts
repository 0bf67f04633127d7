import { DAMAGE_CODE, DAMAGE_EXPECTED, DAMAGE_FOUND, DAMAGE_NONE, DAMAGE_OFFSET } from '../layout'

/** Why the capture could not be read on: DAMAGE_SIZE bytes. */
export const damageReport: usize = memory.data(24, 8)

/** Notes what is wrong with the record, block or file header that begins `offset` bytes after the capture's start. */
export function reportDamage(code: u32, offset: u64, found: u32, expected: u32): void {
  store<u32>(damageReport, code, DAMAGE_CODE)
  store<u32>(damageReport, found, DAMAGE_FOUND)
  store<u32>(damageReport, expected, DAMAGE_EXPECTED)
  store<u64>(damageReport, offset, DAMAGE_OFFSET)
}

export function clearDamage(): void {
  reportDamage(DAMAGE_NONE, 0, 0, 0)
}

export function isDamaged(): bool {
  return load<u32>(damageReport, DAMAGE_CODE) != DAMAGE_NONE
}
