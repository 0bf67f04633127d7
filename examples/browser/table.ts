import {
  elementScroll,
  observeElementOffset,
  observeElementRect,
  Virtualizer,
  type VirtualizerOptions,
} from '@tanstack/virtual-core'
import { type Column, layoutOf, type Room } from './column'
import { element, printable } from './dom'

type Order = { readonly column: number; readonly isDescending: boolean }

const ROW_HEIGHT = 28

/** Number of the first row, as readers of screens count: the heading is the first of all. */
const FIRST_ROW = 2

/** Characters of a cell: more are never in sight, and long lines are slow to lay out. */
const MOST_TEXT = 400

/** Sorting may take this share of the time, so that a growing table stays smooth. */
const SORT_SHARE = 0.2

/** A table of any length, of which only what is in sight is in the document. Rows may be added and changed at any time. */
export class Table<R> {
  readonly root = element('div', 'table')
  readonly #head = element('div', 'head')
  readonly #body = element('div', 'body')
  readonly #columns: readonly Column<R>[]
  readonly #onSelect: (row: R) => void
  readonly #virtualizer: Virtualizer<HTMLDivElement, HTMLDivElement>
  readonly #options: VirtualizerOptions<HTMLDivElement, HTMLDivElement>
  readonly #elements = new Map<number, HTMLDivElement>()
  #rows: readonly R[] = []
  /** Indices of the rows that are listed, in order; undefined for all as they came. */
  #listed: number[] | undefined
  #order: Order | undefined
  #filter: ((row: R) => boolean) | undefined
  #selected: R | undefined
  #arrangedAt = 0
  #arrangedIn = 0
  #arranged = 0

  constructor(label: string, columns: readonly Column<R>[], onSelect: (row: R) => void) {
    this.#columns = columns
    this.#onSelect = onSelect
    this.root.tabIndex = 0
    this.root.setAttribute('role', 'grid')
    this.root.setAttribute('aria-label', label)
    for (const [name, value] of layoutOf(columns)) this.root.style.setProperty(name, value)
    this.#head.setAttribute('role', 'row')
    this.#head.append(...columns.map((column, index) => this.#heading(column, index)))
    this.#body.setAttribute('role', 'rowgroup')
    this.root.append(this.#head, this.#body)
    this.#body.addEventListener('click', (event) => this.#click(event))
    this.root.addEventListener('keydown', (event) => this.#key(event))
    this.#options = {
      count: 0,
      getScrollElement: () => this.root,
      estimateSize: () => ROW_HEIGHT,
      overscan: 12,
      // The heading covers the first row's height of what is scrolled, so that much less is in sight.
      scrollPaddingEnd: ROW_HEIGHT,
      observeElementRect,
      observeElementOffset,
      scrollToFn: elementScroll,
      onChange: () => this.#paint(),
    }
    this.#virtualizer = new Virtualizer(this.#options)
  }

  /** The table has been put into the document. Answers with what is to be called when it is taken out. */
  mounted(): () => void {
    const unmount = this.#virtualizer._didMount()
    this.#virtualizer._willUpdate()
    this.#paint()
    return unmount
  }

  /** How many rows are listed. */
  get listed(): number {
    return this.#listed?.length ?? this.#rows.length
  }

  /** Other rows, or more of them, or with other values. */
  update(rows: readonly R[], isFinal = false): void {
    this.#rows = rows
    const isDue = performance.now() - this.#arrangedAt > this.#arrangedIn / SORT_SHARE
    if (isFinal || isDue || rows.length < this.#arranged) this.#arrange()
    this.#show()
  }

  /** Lists only some of the rows; undefined for all. */
  filter(filter: ((row: R) => boolean) | undefined): void {
    this.#filter = filter
    this.#arrange()
    this.#show()
  }

  select(row: R | undefined): void {
    this.#selected = row
    this.root.removeAttribute('aria-activedescendant')
    this.#paint()
  }

  #heading({ title, isNumber, room }: Column<R>, index: number): HTMLElement {
    const button = element('button', '', title)
    button.type = 'button'
    button.addEventListener('click', () => this.#sort(index))
    const heading = element('div', classes(isNumber, room), button)
    heading.setAttribute('role', 'columnheader')
    return heading
  }

  /** Numbers come with the largest first, texts from A to Z; a second time the other way; a third time as they came. */
  #sort(column: number): void {
    const first = this.#columns[column]?.isNumber ?? false
    const { column: last, isDescending = first } = this.#order ?? {}
    if (last !== column) this.#order = { column, isDescending: first }
    else this.#order = isDescending === first ? { column, isDescending: !first } : undefined
    for (const [index, heading] of [...this.#head.children].entries()) {
      if (index !== this.#order?.column) heading.removeAttribute('aria-sort')
      else heading.setAttribute('aria-sort', this.#order.isDescending ? 'descending' : 'ascending')
    }
    this.#arrange()
    this.root.scrollTop = 0
    this.#show()
  }

  /** Finds out anew which rows are listed, and in which order. */
  #arrange(): void {
    const begun = performance.now()
    this.#listed = undefined
    if (this.#filter || this.#order) {
      const listed: number[] = []
      for (const [index, row] of this.#rows.entries()) if (!this.#filter || this.#filter(row)) listed.push(index)
      if (this.#order) sortBy(listed, this.#valuesOf(this.#order.column), this.#order.isDescending ? -1 : 1)
      this.#listed = listed
    }
    this.#arranged = this.#rows.length
    this.#arrangedAt = performance.now()
    this.#arrangedIn = this.#arrangedAt - begun
  }

  #valuesOf(column: number): readonly (number | string)[] {
    return this.#rows.map((row) => this.#columns[column]?.value(row) ?? 0)
  }

  #show(): void {
    this.root.setAttribute('aria-rowcount', String(this.listed + 1))
    this.#virtualizer.setOptions({ ...this.#options, count: this.listed })
    this.#virtualizer._willUpdate()
    this.#paint()
  }

  #paint(): void {
    this.#body.style.height = `${this.#virtualizer.getTotalSize()}px`
    const inSight = this.#virtualizer.getVirtualItems()
    const [first, last] = [inSight[0]?.index ?? 0, inSight.at(-1)?.index ?? -1]
    for (const [index, row] of this.#elements) {
      if (index >= first && index <= last) continue
      row.remove()
      this.#elements.delete(index)
    }
    for (const { index, start } of inSight) this.#paintRow(index, start)
  }

  #paintRow(index: number, start: number): void {
    const row = this.#rowAt(index)
    if (!row) return
    let painted = this.#elements.get(index)
    if (!painted) {
      painted = element('div', 'row', ...this.#columns.map((column) => cellOf(column)))
      painted.setAttribute('role', 'row')
      painted.setAttribute('aria-rowindex', String(index + FIRST_ROW))
      painted.id = this.#idOf(index)
      painted.style.transform = `translateY(${start}px)`
      this.#elements.set(index, painted)
      this.#body.append(painted)
    }
    painted.setAttribute('aria-selected', String(row === this.#selected))
    if (row === this.#selected) this.root.setAttribute('aria-activedescendant', painted.id)
    for (const [i, column] of this.#columns.entries()) {
      const cell = painted.children[i] as HTMLElement
      const text = cellText(column.text(row))
      if (cell.textContent === text) continue
      cell.textContent = text
      cell.title = text
    }
  }

  #rowAt(index: number): R | undefined {
    return this.#rows[this.#listed ? (this.#listed[index] ?? -1) : index]
  }

  #click(event: Event): void {
    const index = (event.target as Element).closest('.row')?.getAttribute('aria-rowindex')
    if (index) this.#choose(Number(index) - FIRST_ROW)
  }

  #key(event: KeyboardEvent): void {
    const page = Math.max(1, Math.floor(this.root.clientHeight / ROW_HEIGHT) - 1)
    const far = this.listed
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: page,
      PageUp: -page,
      Home: -far,
      End: far,
    }
    const step = steps[event.key]
    if (step === undefined || event.ctrlKey || event.altKey || event.metaKey) return
    event.preventDefault()
    const position = this.#selected === undefined ? -1 : this.#rows.indexOf(this.#selected)
    const now = this.#listed ? this.#listed.indexOf(position) : position
    this.#choose(Math.min(Math.max(now + step, 0), this.listed - 1))
  }

  #idOf(index: number): string {
    return `${this.root.getAttribute('aria-label')}-${index}`
  }

  #choose(index: number): void {
    const row = this.#rowAt(index)
    if (!row) return
    this.#virtualizer.scrollToIndex(index)
    this.select(row)
    this.#onSelect(row)
  }
}

function classes(isNumber = false, room?: Room): string {
  return [isNumber && 'number', room && `room-${room}`].filter(Boolean).join(' ')
}

/** One line, whatever is in it. */
function cellText(text: string): string {
  const cut = text.length > MOST_TEXT ? `${text.slice(0, MOST_TEXT)}…` : text
  return printable(cut).replaceAll('\n', '\\u{a}')
}

function cellOf<R>({ isNumber, room }: Column<R>): HTMLElement {
  const cell = element('div', `cell ${classes(isNumber, room)}`)
  cell.setAttribute('role', 'gridcell')
  return cell
}

/** Sorts indices by their values, those with equal ones as they came. */
function sortBy(indices: number[], values: readonly (number | string)[], sign: 1 | -1): void {
  indices.sort((a, b) => {
    const [x, y] = [values[a] ?? 0, values[b] ?? 0]
    if (x === y) return a - b
    return x < y ? -sign : sign
  })
}
