import { nameOf } from './captures'
import { EXIT_DAMAGED, EXIT_OK, type Host } from './command'
import { FORMATS } from './formats'
import type { Look } from './formats/format'
import type { OutputOptions } from './options/output'
import type { TrackingOptions } from './options/tracking'
import { paletteFor } from './output/colors'
import { Output } from './output/output'
import { sanitize } from './output/sanitize'
import { Progress } from './progress'
import type { Damage } from './report'
import { trackCaptures } from './session'
import { Tally } from './tally'

interface Job {
  readonly captures: readonly string[]
  readonly options: OutputOptions & TrackingOptions
  readonly host: Host
  /** Whether flows are printed as they end, or only summed up. */
  readonly showFlows: boolean
}

/** Tracks captures and prints what was asked for, the summary last. Answers with the exit status. */
export async function print({ captures, options, host, showFlows }: Job): Promise<number> {
  const { stdout, stderr } = host
  const output = new Output(stdout)
  const format = FORMATS[options.format]
  const look: Look = { palette: paletteFor(stdout), columns: stdout.isTTY ? stdout.columns : undefined }
  const rows = format.flows(look)
  const tally = format.wantsTally ? new Tally() : undefined
  const damage: Damage[] = []
  let isFirst = true

  const stats = await trackCaptures({
    captures,
    tracking: options,
    host,
    output,
    // Rows that scroll by on the same terminal say enough.
    progress: new Progress(stderr, !(showFlows && stdout.isTTY)),
    onFlow(flow) {
      tally?.add(flow)
      if (!showFlows) return undefined
      if (isFirst) output.write(rows.head)
      isFirst = false
      return output.write(rows.flow(flow))
    },
    async onDamage(found) {
      damage.push(found)
      await output.flush()
      complain(stderr, `${nameOf(found.capture)}: ${found.reason}`)
    },
  })

  if (!isFirst) output.write(rows.foot)
  output.write(format.summary({ captures, stats, damage, tally }, look))
  await output.flush()
  if (output.failure) complain(stderr, `cannot write: ${output.failure.message}`)
  return damage.length > 0 || output.failure ? EXIT_DAMAGED : EXIT_OK
}

/** One line on standard error. */
function complain(stderr: NodeJS.WriteStream, text: string): void {
  stderr.write(`${sanitize(`flowscope: ${text}`)}\n`)
}
