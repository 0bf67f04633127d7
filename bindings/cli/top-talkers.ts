// Space-Saving (Metwally, Agrawal, El Abbadi, 2005) with weights: the heaviest keys of a stream in bounded memory.
// It is exact while there are no more keys than places. After that a new key takes the place of the lightest one.

/** What one key carried since it took its place. */
export interface Talker {
  readonly key: string
  readonly flows: number
  readonly packets: number
  readonly bytes: number
}

interface Entry {
  key: string
  flows: number
  packets: number
  bytes: number
  /** At least what the key carried in all: the weight of the place when it took it, and its bytes since then. */
  weight: number
  /** Position in the heap. */
  at: number
}

export class TopTalkers {
  readonly #places: number
  readonly #entries = new Map<string, Entry>()
  /** Min-heap by weight, built when there is no place left: smaller captures never pay for it. */
  #heap: Entry[] | undefined

  constructor(places: number) {
    this.#places = places
  }

  /** Bytes that may be missing from any key's figure, at most: 0 while all figures are exact. */
  get uncertainty(): number {
    return this.#heap?.[0]?.weight ?? 0
  }

  add(key: string, packets: number, bytes: number): void {
    const entry = this.#entries.get(key) ?? this.#admit(key)
    entry.flows++
    entry.packets += packets
    entry.bytes += bytes
    entry.weight += bytes
    if (this.#heap) siftDown(this.#heap, entry)
  }

  /** The keys that carried the most bytes, heaviest first; equals in order of their names. */
  top(most: number): Talker[] {
    return [...this.#entries.values()]
      .sort((a, b) => b.bytes - a.bytes || (a.key < b.key ? -1 : 1))
      .slice(0, most)
      .map(({ key, flows, packets, bytes }) => ({ key, flows, packets, bytes }))
  }

  #admit(key: string): Entry {
    const entry = this.#entries.size < this.#places ? newEntry() : this.#giveUpLightest()
    entry.key = key
    this.#entries.set(key, entry)
    return entry
  }

  /** Frees the place of the lightest key. Its weight stays with it, so that the heap remains one. */
  #giveUpLightest(): Entry {
    this.#heap ??= heapOf([...this.#entries.values()])
    const lightest = this.#heap[0] as Entry
    this.#entries.delete(lightest.key)
    return Object.assign(lightest, { flows: 0, packets: 0, bytes: 0 })
  }
}

function newEntry(): Entry {
  return { key: '', flows: 0, packets: 0, bytes: 0, weight: 0, at: 0 }
}

/** A sorted array is a heap. */
function heapOf(entries: Entry[]): Entry[] {
  entries.sort((a, b) => a.weight - b.weight)
  for (const [i, entry] of entries.entries()) entry.at = i
  return entries
}

/** Restores the heap after the entry's weight has grown. */
function siftDown(heap: Entry[], entry: Entry): void {
  let at = entry.at
  for (;;) {
    let child = heap[2 * at + 1]
    const other = heap[2 * at + 2]
    if (child && other && other.weight < child.weight) child = other
    if (!child || child.weight >= entry.weight) break
    const next = child.at
    heap[at] = child
    child.at = at
    at = next
  }
  heap[at] = entry
  entry.at = at
}
