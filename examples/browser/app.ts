// The page: takes captures, has them read in a worker, and shows what comes.

import type { CaptureInput } from 'flowscope'
import { Analysis, type Outcome } from './analysis'
import { flowColumns, flowText, messageColumns, messageText } from './columns'
import { flowDetails } from './details'
import { byId, element } from './dom'
import { formatBytes, formatCount, formatDuration } from './format'
import { type FlowRow, type MessageRow, Model } from './model'
import { Table } from './table'

/** Milliseconds between two looks at what has come. */
const PAINT_INTERVAL = 120

/** Milliseconds after the last key before a filter is tried. */
const FILTER_DELAY = 150

const list = byId('list')
const details = byId('details')
const filter = byId<HTMLInputElement>('filter')
const tabs = { flows: byId('tab-flows'), messages: byId('tab-messages') }

const flowTable = new Table<FlowRow>('Flows', flowColumns, showFlow)
const messageTable = new Table<MessageRow>('Messages', messageColumns, ({ event }) => {
  const row = analysis?.model.flows[event.flow - 1]
  if (row) showFlow(row)
})

let analysis: Analysis | undefined
let shown: 'flows' | 'messages' = 'flows'
let unmount = (): void => {}

function open(capture: CaptureInput, name: string): void {
  analysis?.cancel()
  const current = new Analysis()
  analysis = current
  byId('welcome').hidden = true
  byId('analysis').hidden = false
  byId('capture-name').textContent = name
  byId('damage').hidden = true
  byId('cancel').hidden = false
  byId('progress').hidden = false
  hideDetails()
  flowTable.update([])
  messageTable.update([])
  show(shown)

  const begun = performance.now()
  const timer = setInterval(() => paint(current, false), PAINT_INTERVAL)
  current.run(capture).then((outcome) => {
    clearInterval(timer)
    if (analysis !== current) return
    paint(current, true)
    conclude(current, outcome, performance.now() - begun)
  })
  paint(current, false)
}

function paint({ model, progress: { bytesRead, bytesTotal } }: Analysis, isFinal: boolean): void {
  const progress = byId<HTMLProgressElement>('progress')
  if (bytesTotal) progress.value = bytesRead / bytesTotal
  else progress.removeAttribute('value')
  byId('state').textContent = `${formatBytes(bytesRead)}${bytesTotal ? ` of ${formatBytes(bytesTotal)}` : ''}`
  paintTotals(model)
  if (shown === 'flows') flowTable.update(model.flows, isFinal)
  else messageTable.update(model.messages, isFinal)
  paintShown(model)
}

function conclude({ model, progress: { bytesRead } }: Analysis, outcome: Outcome, milliseconds: number): void {
  byId('cancel').hidden = true
  byId('progress').hidden = true
  const read = `${formatBytes(bytesRead)} in ${formatDuration(milliseconds)}`
  byId('state').textContent = outcome.kind === 'cancelled' ? `Cancelled after ${read}` : `Read ${read}`
  if (outcome.kind === 'failed') {
    byId('damage').hidden = false
    byId('damage').textContent =
      model.flowCount > 0 ? `${outcome.reason}. What stands before is listed.` : outcome.reason
  }
}

function paintTotals({ stats, flowCount, messageCount, anomalyCount }: Model): void {
  const span = stats?.first && stats.last ? Number(stats.last.saturatingSub(stats.first)) / 1e6 : undefined
  const entries: readonly (readonly [string, string])[] = [
    ['Packets', formatCount(stats?.packets ?? 0)],
    ['Bytes', formatBytes(stats?.bytes ?? 0)],
    ['Duration', span === undefined ? '-' : formatDuration(span)],
    ['Flows', formatCount(flowCount)],
    ['Messages', formatCount(messageCount)],
    ['Anomalies', formatCount(anomalyCount)],
  ]
  byId('totals').replaceChildren(
    ...entries.map(([name, value]) => element('div', '', element('dt', '', name), element('dd', '', value))),
  )
}

function paintShown({ unlisted }: Model): void {
  const listed = (shown === 'flows' ? flowTable : messageTable).listed
  const beyond = unlisted[shown] > 0 ? `, ${formatCount(unlisted[shown])} more are not listed` : ''
  byId('shown').textContent = `${formatCount(listed)} listed${beyond}`
}

function show(which: 'flows' | 'messages'): void {
  shown = which
  for (const [name, tab] of Object.entries(tabs)) tab.setAttribute('aria-selected', String(name === which))
  unmount()
  const table = which === 'flows' ? flowTable : messageTable
  list.replaceChildren(table.root)
  unmount = table.mounted()
  applyFilter()
}

function applyFilter(): void {
  const wanted = filter.value.trim().toLowerCase().split(/\s+/).filter(Boolean)
  const has = (text: string) => wanted.every((word) => text.includes(word))
  const model = analysis?.model ?? new Model()
  if (shown === 'flows') {
    flowTable.update(model.flows)
    flowTable.filter(wanted.length > 0 ? (row) => has(flowText(row)) : undefined)
  } else {
    messageTable.update(model.messages)
    messageTable.filter(wanted.length > 0 ? (row) => has(messageText(row)) : undefined)
  }
  paintShown(model)
}

function showFlow(row: FlowRow): void {
  details.hidden = false
  details.replaceChildren(...flowDetails(row, hideDetails))
  details.scrollTop = 0
}

function hideDetails(): void {
  details.hidden = true
  flowTable.select(undefined)
  messageTable.select(undefined)
}

function onDrop(event: DragEvent): void {
  event.preventDefault()
  document.body.classList.remove('dragging')
  const file = event.dataTransfer?.files[0]
  if (file) open(file, file.name)
}

byId<HTMLInputElement>('file').addEventListener('change', (event) => {
  const input = event.currentTarget as HTMLInputElement
  const file = input.files?.[0]
  if (file) open(file, file.name)
  // So that the same file can be chosen again.
  input.value = ''
})
byId('cancel').addEventListener('click', () => analysis?.cancel())
tabs.flows.addEventListener('click', () => show('flows'))
tabs.messages.addEventListener('click', () => show('messages'))
let filterTimer: ReturnType<typeof setTimeout> | undefined
filter.addEventListener('input', () => {
  clearTimeout(filterTimer)
  filterTimer = setTimeout(applyFilter, FILTER_DELAY)
})
document.addEventListener('keydown', ({ key }) => {
  if (key === 'Escape') hideDetails()
})
document.addEventListener('dragover', (event) => {
  event.preventDefault()
  document.body.classList.add('dragging')
})
document.addEventListener('dragleave', (event) => {
  if (!event.relatedTarget) document.body.classList.remove('dragging')
})
document.addEventListener('drop', onDrop)

/** A server that has a capture for this page names it in the address. */
const served = new URLSearchParams(location.search).get('capture')
if (served !== null) {
  const response = await fetch('capture')
  if (response.ok) open(response, served)
}
