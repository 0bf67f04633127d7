import type { ParserEntry } from '../index'
import { nameOf } from './captures'
import { EXIT_DAMAGED, EXIT_OK, type Host } from './command'
import type { Feed } from './feeds/feed'
import type { CliEvent } from './flow'
import { FORMATS } from './formats'
import type { Look } from './formats/format'
import { MessageCounts } from './messages/counts'
import { everything } from './messages/everything'
import type { OutputOptions } from './options/output'
import { type AnomalyOptions, type ReassemblyOptions, streamOptionsOf } from './options/streams'
import type { TrackingOptions } from './options/tracking'
import { paletteFor } from './output/colors'
import { Output } from './output/output'
import { sanitize } from './output/sanitize'
import { Printer, type Shows } from './printer'
import { Progress } from './progress'
import type { Damage } from './report'
import { trackCaptures } from './session'
import { StreamFiles } from './streams/files'
import { Tally } from './tally'

interface Job {
  readonly feeds: readonly Feed[]
  readonly options: OutputOptions & TrackingOptions & ReassemblyOptions & AnomalyOptions
  readonly host: Host
  readonly shows: Shows
  /** What messages are made by. */
  readonly parsers?: readonly ParserEntry[]
  /** Folder that the bytes of streams are written to. */
  readonly write?: string | undefined
}

/** Tracks captures and prints what was asked for, the summary last. Answers with the exit status. */
export async function print({ feeds, options, host, shows, parsers, write }: Job): Promise<number> {
  const { stdout, stderr } = host
  const output = new Output(stdout)
  const format = FORMATS[options.format]
  const look: Look = { palette: paletteFor(stdout), columns: stdout.isTTY ? stdout.columns : undefined }
  const { anomalies = false } = options
  const files = write === undefined ? undefined : new StreamFiles(write)
  const printer = new Printer({ output, format, look, shows, sink: files })
  const tally = format.wantsTally ? new Tally() : undefined
  const messages = new MessageCounts(shows === 'summary')
  const anomalyCounts = new Map<string, number>()
  const damage: Damage[] = []

  const stats = await trackCaptures({
    feeds,
    tracking: options,
    // Most anomalies are of the bytes.
    streams: shows === 'streams' || parsers || anomalies ? streamOptionsOf(options) : undefined,
    parsers: parsers && anomalies ? [...parsers, everything()] : parsers,
    anomalies,
    host,
    output,
    // Rows that scroll by on the same terminal say enough.
    progress: new Progress(stderr, !(shows !== 'summary' && stdout.isTTY)),
    onEvent(event) {
      if (event.kind === 'message') messages.add(event)
      else if (event.kind === 'ended') tally?.add(event)
      else count(anomalyCounts, event)
      return printer.print(event)
    },
    async onDamage(found) {
      damage.push(found)
      await output.flush()
      complain(stderr, `${nameOf(found.capture)}: ${found.reason}`)
    },
  })

  files?.closeAll()
  printer.end()
  output.write(
    format.summary(
      { captures: feeds.map(({ name }) => name), stats, messages, anomalies: anomalyCounts, damage, tally },
      look,
    ),
  )
  await output.flush()
  const failures = [output.failure && `cannot write: ${output.failure.message}`, files?.failure].filter(isText)
  for (const remark of feeds.map((feed) => feed.remark?.()).filter(isText)) complain(stderr, remark)
  for (const failure of failures) complain(stderr, failure)
  return damage.length > 0 || failures.length > 0 ? EXIT_DAMAGED : EXIT_OK
}

function count(counts: Map<string, number>, event: CliEvent): void {
  if (event.kind !== 'anomaly' && event.kind !== 'tracker_anomaly') return
  const { kind } = event.anomaly
  counts.set(kind, (counts.get(kind) ?? 0) + 1)
}

function isText(text: string | undefined): text is string {
  return text !== undefined
}

/** One line on standard error. */
function complain(stderr: NodeJS.WriteStream, text: string): void {
  stderr.write(`${sanitize(`flowscope: ${text}`)}\n`)
}
