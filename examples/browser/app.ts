// The page: takes captures, has them read in a worker, and shows what comes.

import type { CaptureInput } from 'flowscope'
import { Analysis, type Outcome } from './analysis'
import { flowColumns, flowText, messageColumns, messageText } from './columns'
import { flowDetails } from './details'
import { byId, element, printable } from './dom'
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

/** The flow whose details are shown, and how much of it. */
let detailed: { readonly row: FlowRow; readonly isEnded: boolean; readonly messages: number } | undefined

function open(capture: CaptureInput, name: string): void {
  analysis?.cancel()
  const current = new Analysis()
  analysis = current
  showCapture(name)
  byId('cancel').hidden = false
  byId('progress').hidden = false
  byId('status').setAttribute('aria-busy', 'true')
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

/** A capture is there, of which nothing is known yet. */
function showCapture(name: string): void {
  document.title = `${printable(name)} - flowscope`
  byId('capture-name').textContent = printable(name)
  byId('welcome').hidden = true
  byId('analysis').hidden = false
  byId('analysis').classList.remove('unread')
  byId('damage').hidden = true
}

/** Nothing of a capture could be read: there is nothing to list, and another one may be dropped. */
function showUnread(reason: string): void {
  showDamage(reason)
  byId('analysis').classList.add('unread')
  byId('welcome').hidden = false
}

function showDamage(reason: string): void {
  byId('damage').hidden = false
  byId('damage').textContent = printable(reason)
}

function paint({ model, progress: { bytesRead, bytesTotal } }: Analysis, isFinal: boolean): void {
  const progress = byId<HTMLProgressElement>('progress')
  if (bytesTotal) progress.value = bytesRead / bytesTotal
  else progress.removeAttribute('value')
  byId('state').textContent = `${formatBytes(bytesRead)}${bytesTotal ? ` of ${formatBytes(bytesTotal)}` : ''}`
  paintTotals(model)
  refreshDetails()
  if (shown === 'flows') flowTable.update(model.flows, isFinal)
  else messageTable.update(model.messages, isFinal)
  paintShown(model)
}

function conclude({ model, progress: { bytesRead } }: Analysis, outcome: Outcome, milliseconds: number): void {
  byId('cancel').hidden = true
  byId('progress').hidden = true
  const read = `${formatBytes(bytesRead)} in ${formatDuration(milliseconds)}`
  byId('state').textContent = { complete: 'Read', cancelled: 'Cancelled after', failed: 'Ended early, after' }[
    outcome.kind
  ]
  byId('state').append(` ${read}`)
  byId('status').removeAttribute('aria-busy')
  if (outcome.kind !== 'failed') return
  if (model.stats?.packets) showDamage(`${outcome.reason}. What stands before is listed.`)
  else showUnread(`${outcome.reason}.`)
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
  const totals = byId('totals')
  if (totals.childElementCount === 0) {
    totals.append(...entries.map(([name]) => element('div', '', element('dt', '', name), element('dd'))))
  }
  for (const [index, value] of totals.querySelectorAll('dd').entries()) value.textContent = entries[index]?.[1] ?? ''
}

function paintShown({ unlisted }: Model): void {
  const listed = (shown === 'flows' ? flowTable : messageTable).listed
  const beyond = unlisted[shown] > 0 ? `, ${formatCount(unlisted[shown])} more are not listed` : ''
  byId('shown').textContent = `${formatCount(listed)} listed${beyond}`
  const nothing = byId('nothing')
  nothing.hidden = listed > 0
  if (filter.value.trim() !== '') nothing.textContent = `No ${shown.slice(0, -1)} matches the filter.`
  else nothing.textContent = byId('cancel').hidden ? `There are no ${shown} in this capture.` : `No ${shown} yet.`
}

function show(which: 'flows' | 'messages'): void {
  shown = which
  for (const [name, tab] of Object.entries(tabs)) {
    tab.setAttribute('aria-selected', String(name === which))
    tab.tabIndex = name === which ? 0 : -1
  }
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
  detailed = { row, isEnded: row.ended !== undefined, messages: row.messages.length }
}

/** More may have come of the flow since its details were shown. What the user has opened stays as it is. */
function refreshDetails(): void {
  if (!detailed || details.querySelector('details[open]')) return
  const { row, isEnded, messages } = detailed
  if (isEnded === (row.ended !== undefined) && messages === row.messages.length) return
  const { scrollTop } = details
  showFlow(row)
  details.scrollTop = scrollTop
}

function hideDetails(): void {
  if (details.contains(document.activeElement)) list.querySelector<HTMLElement>('.table')?.focus()
  details.hidden = true
  detailed = undefined
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
byId('tabs').addEventListener('keydown', ({ key }) => {
  if (key !== 'ArrowLeft' && key !== 'ArrowRight') return
  show(shown === 'flows' ? 'messages' : 'flows')
  tabs[shown].focus()
})
let filterTimer: ReturnType<typeof setTimeout> | undefined
filter.addEventListener('input', () => {
  clearTimeout(filterTimer)
  filterTimer = setTimeout(applyFilter, FILTER_DELAY)
})
document.addEventListener('keydown', ({ key, target }) => {
  // In the filter, the browser clears it first.
  if (key === 'Escape' && (target !== filter || filter.value === '')) hideDetails()
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
  const response = await fetch('capture').catch(() => undefined)
  if (response?.ok) {
    open(response, served)
  } else {
    showCapture(served)
    showUnread(`The capture cannot be fetched${response ? `: status ${response.status}` : ''}.`)
  }
}
