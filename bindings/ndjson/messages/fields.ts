/** Fields of a line, named as they are written; those that are undefined are left out. */
export type Fields = Readonly<Record<string, unknown>>

/** Undefined for what is empty: a line leaves it out. */
export function filled<T extends { readonly length: number }>(value: T | undefined): T | undefined {
  return value === undefined || value.length === 0 ? undefined : value
}
