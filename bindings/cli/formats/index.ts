import type { Format } from './format'
import { ndjson } from './ndjson'
import { table } from './table'

/** What `--format` accepts: a format is a file here and a line in this table. */
export const FORMATS = { table, ndjson } as const satisfies Record<string, Format>

export type FormatName = keyof typeof FORMATS
