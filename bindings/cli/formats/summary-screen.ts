import { nameOf } from '../captures'
import { clip } from '../output/columns'
import { type Alignments, grid } from '../output/grid'
import { sanitize } from '../output/sanitize'
import { formatDateTime } from '../output/times'
import { formatBits, formatBytes, formatCount, formatDuration, formatPerSecond, formatShare } from '../output/units'
import type { Report } from '../report'
import { TALKERS_KEPT, type Tally, type Totals } from '../tally'
import type { Look } from './format'

const TALKERS_SHOWN = 10
const PROTOCOLS_SHOWN = 8
/** Longest list of captures in the title where there is no terminal. */
const TITLE_WIDTH = 100
/** Cells of the longest bar. */
const BAR_CELLS = 20

/** One screen: what was read, what it is made of, how flows ended, who talked most, what to be wary of. */
export function summaryScreen(report: Report, look: Look): string {
  const { tally } = report
  const sections = [
    title(report, look),
    totals(report, look),
    ...(tally && tally.all.flows > 0
      ? [protocols(report, tally, look), endReasons(tally, look), talkers(report, tally, look)]
      : []),
    messages(report, look),
    anomalies(report, look),
    notes(report, look),
  ]
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`
}

function title({ captures }: Report, { palette, columns }: Look): string {
  const names = captures.map((name) => sanitize(nameOf(name))).join(', ')
  const text = captures.length === 1 ? names : `${captures.length} captures: ${names}`
  return ` ${palette.title(clip(text, (columns ?? TITLE_WIDTH) - 1))}`
}

function totals({ stats }: Report, { palette }: Look): string {
  const { packets, bytes, first, last } = stats
  const exact = bytes < 1000 ? '' : ` (${formatCount(bytes)})`
  const left = [
    ['packets', formatCount(packets)],
    ['bytes', `${formatBytes(bytes)}${exact}`],
    ['flows', formatCount(stats.flowsCreated)],
  ]
  const right: string[][] = []
  if (first && last) {
    const duration = last.saturatingSub(first)
    const seconds = Number(duration) / 1e9
    const rate =
      duration === 0n ? '-' : `${formatPerSecond(packets / seconds)} packets/s, ${formatBits((8 * bytes) / seconds)}/s`
    left.push(['mean size', formatBytes(Math.round(bytes / packets))])
    right.push(
      ['first', `${formatDateTime(first)} UTC`],
      ['last', `${formatDateTime(last)} UTC`],
      ['duration', formatDuration(duration)],
      ['rate', rate],
    )
  }
  const rows = left.map((cells, i) => [...cells, ...(right[i] ?? [])])
  return grid(
    rows.map((cells) => cells.map((cell, i) => (i % 2 === 0 ? palette.heading(cell) : cell))),
    ['left', 'left', 'left', 'left'],
  )
}

const FIGURES: Alignments = ['left', 'right', 'right', 'right', 'right', 'left']

function protocols({ stats }: Report, tally: Tally, look: Look): string {
  const rows = tally.protocols.map(([name, sum]) => ({ ...sum, name: /^\d/.test(name) ? `IP protocol ${name}` : name }))
  const rest = rows.splice(PROTOCOLS_SHOWN)
  if (rest.length > 0) rows.push({ ...sumOf(rest), name: `${rest.length} others` })
  if (stats.packetsUnmatched > 0) {
    const bytes = stats.bytes - tally.all.bytes - stats.bytesDuplicate
    rows.push({ name: 'no flow', flows: 0, packets: stats.packetsUnmatched, bytes })
  }
  if (stats.packetsDuplicate > 0) {
    rows.push({ name: 'duplicates', flows: 0, packets: stats.packetsDuplicate, bytes: stats.bytesDuplicate })
  }
  return figures('PROTOCOL', rows, stats.bytes, look)
}

function talkers({ stats }: Report, tally: Tally, look: Look): string {
  const rows = tally.talkers.top(TALKERS_SHOWN).map(({ key, ...sum }) => ({ ...sum, name: key }))
  const table = figures('TOP TALKERS', rows, stats.bytes, look)
  const { uncertainty } = tally.talkers
  if (uncertainty === 0) return table
  const note =
    `More than ${formatCount(TALKERS_KEPT)} pairs: figures of top talkers are lower bounds, ` +
    `low by ${formatBytes(uncertainty)} at most.`
  return `${table}\n ${look.palette.muted(note)}`
}

/** A table of what groups of flows carried, with their share of all bytes. */
function figures(
  heading: string,
  rows: readonly (Totals & { name: string })[],
  all: number,
  { palette }: Look,
): string {
  const head = [heading, 'FLOWS', 'PACKETS', 'BYTES', ''].map(palette.heading)
  const cells = rows.map(({ name, flows, packets, bytes }) => [
    name,
    flows === 0 ? '-' : formatCount(flows),
    formatCount(packets),
    formatBytes(bytes),
    formatShare(bytes, all),
    palette.bar('█'.repeat(Math.round((BAR_CELLS * bytes) / Math.max(all, 1)))),
  ])
  return grid([head, ...cells], FIGURES)
}

function sumOf(rows: readonly Totals[]): Totals {
  const sum = (figure: keyof Totals): number => rows.reduce((total, row) => total + row[figure], 0)
  return { flows: sum('flows'), packets: sum('packets'), bytes: sum('bytes') }
}

function endReasons(tally: Tally, { palette }: Look): string {
  const reasons = tally.endReasons.map(([reason, flows]) => `${formatCount(flows)} ${reason}`)
  return ` ${palette.heading('FLOWS ENDED')}  ${reasons.join(', ')}`
}

/** How many messages there were, and the names in them. */
function messages({ messages: { byProtocol, names } }: Report, { palette, columns }: Look): string {
  if (byProtocol.size === 0) return ''
  const rows: [heading: string, items: string[]][] = [
    ['MESSAGES', [...byProtocol].map(([name, count]) => `${formatCount(count)} ${name}`)],
  ]
  for (const { title, top } of names) {
    rows.push([title, top.map(({ name, messages }) => `${sanitize(name)} (${formatCount(messages)})`)])
  }
  const width = Math.max(...rows.map(([heading]) => heading.length))
  return rows
    .map(([heading, items]) => {
      const text = clip(items.join(', '), (columns ?? TITLE_WIDTH) - width - 3)
      return ` ${palette.heading(heading.padEnd(width))}  ${text}`
    })
    .join('\n')
}

function anomalies(report: Report, { palette }: Look): string {
  if (report.anomalies.size === 0) return ''
  const kinds = [...report.anomalies].sort(([, a], [, b]) => b - a)
  return ` ${palette.heading('ANOMALIES')}  ${kinds.map(([kind, count]) => `${formatCount(count)} ${kind}`).join(', ')}`
}

/** What a reader should know before trusting the figures; nothing when there is nothing. */
function notes({ stats, damage }: Report, { palette }: Look): string {
  const counts: [count: number, what: string][] = [
    ...stats.unsupportedLinkTypes.map(({ linkType, name = 'unknown', packets }): [number, string] => [
      packets,
      `packets of link type ${name} (${linkType}), which is not read`,
    ]),
    [stats.packetsOfOtherLinkTypes, 'packets of further link types that are not read'],
    [stats.packetsTruncated, 'packets cut by the snap length'],
    [stats.packetsFragmented, 'IP fragments'],
    [stats.fragments.dropped, 'IP fragments in no flow, of datagrams that never became complete'],
    [stats.packetsMalformed, 'packets with a malformed header'],
    [stats.packetsTooDeep, 'packets with more layers than are looked into'],
    [stats.flowsEvicted, 'flows ended early for want of room (--max-flows)'],
    [stats.rstsIgnored, 'TCP resets outside the window, ignored (--accept-any-rst)'],
  ]
  const lines = [
    ...counts.filter(([count]) => count > 0).map(([count, what]) => `${formatCount(count)} ${what}`),
    ...damage.map(({ capture, reason }) => sanitize(`${nameOf(capture)}: ${reason}`)),
  ]
  return lines.map((line) => ` ${palette.warning('!')} ${line}`).join('\n')
}
