const V4_GROUPS_BEFORE = 6
const GROUPS = 8

/** Dotted decimal of four bytes from `offset` on. */
export function formatIpv4(bytes: Uint8Array, offset: number): string {
  return `${bytes[offset]}.${bytes[offset + 1]}.${bytes[offset + 2]}.${bytes[offset + 3]}`
}

/**
 * Text of the sixteen bytes from `offset` on, as RFC 5952 wants it: lower case, no leading zeros, the longest run of
 * two or more zero groups (the first of equal ones) as `::`, IPv4-mapped addresses in mixed notation (section 5).
 */
export function formatIpv6(bytes: Uint8Array, offset: number): string {
  const groups: number[] = []
  for (let i = 0; i < GROUPS; i++) {
    groups.push(((bytes[offset + 2 * i] ?? 0) << 8) | (bytes[offset + 2 * i + 1] ?? 0))
  }
  if (isIpv4Mapped(groups)) return `::ffff:${formatIpv4(bytes, offset + 2 * V4_GROUPS_BEFORE)}`
  const [start, length] = longestZeroRun(groups)
  if (length < 2) return formatGroups(groups)
  return `${formatGroups(groups.slice(0, start))}::${formatGroups(groups.slice(start + length))}`
}

/** Six bytes from `offset` on in hexadecimal, separated by colons. */
export function formatMac(bytes: Uint8Array, offset: number): string {
  const parts: string[] = []
  for (let i = 0; i < 6; i++) parts.push((bytes[offset + i] ?? 0).toString(16).padStart(2, '0'))
  return parts.join(':')
}

function formatGroups(groups: readonly number[]): string {
  return groups.map((group) => group.toString(16)).join(':')
}

/** RFC 4291 section 2.5.5.2: five groups of zeros and one of ones. */
function isIpv4Mapped(groups: readonly number[]): boolean {
  return groups[5] === 0xffff && groups.slice(0, 5).every((group) => group === 0)
}

function longestZeroRun(groups: readonly number[]): [start: number, length: number] {
  let start = 0
  let length = 0
  for (let i = 0; i < groups.length; i++) {
    let end = i
    while (groups[end] === 0) end++
    if (end - i > length) {
      start = i
      length = end - i
    }
    i = Math.max(i, end)
  }
  return [start, length]
}
