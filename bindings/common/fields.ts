/**
 * Properties of an object by name, those that are undefined left out: what classes whose properties are getters show
 * to `JSON.stringify` and `console.log`.
 */
export function fieldsOf<T extends object>(object: T, names: readonly (keyof T)[]): Partial<T> {
  const fields: Partial<T> = {}
  for (const name of names) if (object[name] !== undefined) fields[name] = object[name]
  return fields
}
