import { ConfigError } from './errors'

/** @throws ConfigError when `options` is not an object, or has a property that is not among `known` */
export function checkOptions(options: object, known: readonly string[], where: string): void {
  if (typeof options !== 'object' || options === null) throw new ConfigError(where, 'must be an object')
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) throw new ConfigError(`${where}.${name}`, `is no option; known are ${known.join(', ')}`)
  }
}

/** @throws ConfigError when `value` is not an integer within the bounds, which belong to it */
export function checkInteger(value: number, least: number, most: number, option: string): number {
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new ConfigError(option, `must be an integer from ${least} to ${most}: ${String(value)}`)
  }
  return value
}

/** @throws ConfigError when `value` is not a boolean */
export function checkBoolean(value: boolean, option: string): boolean {
  if (typeof value !== 'boolean') throw new ConfigError(option, `must be true or false: ${String(value)}`)
  return value
}

/** @throws ConfigError when `value` is neither a function nor undefined */
export function checkFunction<F>(value: F | undefined, option: string): F | undefined {
  if (value !== undefined && typeof value !== 'function') throw new ConfigError(option, 'must be a function')
  return value
}
