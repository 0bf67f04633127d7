import type { MetricName } from '../../../bindings/opentelemetry/instruments'
import type { Collected, Distribution } from '../../support/telemetry'

/** Sum of a metric's values over all labels. */
export function total(collected: Collected, name: MetricName): number {
  return Object.values(collected[name] ?? {}).reduce<number>((sum, value) => sum + (value as number), 0)
}

/** A histogram without labels, or with these. */
export function distribution(collected: Collected, name: MetricName, labels = ''): Distribution {
  const value = collected[name]?.[labels]
  if (typeof value !== 'object') throw new Error(`no histogram: ${name}`)
  return value
}
