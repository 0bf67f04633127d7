/**
 * Metrics and traces of flows for OpenTelemetry. Only types of `@opentelemetry/api` are used: meter and tracer are given
 * by the user.
 *
 * @module
 */

export { Observation, type ObserveOptions, observe } from './observe'
export type { ObservedEvent, ObservedTracker } from './observed'
