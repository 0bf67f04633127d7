/**
 * Figures of the prototype that the design rests on: least nanoseconds a packet, for as many flows as the columns of
 * {@link FLOW_COUNTS} say. Measured once, on another day and another machine's share.
 */
export const PROTOTYPE = {
  walk: [5.5, 5.3, 5.3, 5.1, 3.9],
  parse: [16, 18, 17, 18, 21],
  lookup: [22, 27, 33, 55, 78],
  track: [27, 32, 50, 80, 94],
  events: [29, 36, 45, 94, 91],
} as const

export const FLOW_COUNTS = [1, 1_000, 10_000, 100_000, 1_000_000] as const
