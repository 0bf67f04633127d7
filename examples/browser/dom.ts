// The only way in which this page makes elements: whatever a capture says arrives as text, never as markup.

/** What would not be seen, or turn round what stands beside it. */
const UNSEEN = /(?!\n)[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}\ufeff]/gu

/** Text with control characters as their codes: `\u{202e}`. */
export function printable(text: string): string {
  return text.replaceAll(UNSEEN, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`)
}

/** The element with this id, of which the page has exactly one. */
export function byId<E extends HTMLElement = HTMLElement>(id: string): E {
  const element = document.getElementById(id)
  if (!element) throw new Error(`the page has no #${id}`)
  return element as E
}

/** A new element with a class and text or children. */
export function element<N extends keyof HTMLElementTagNameMap>(
  name: N,
  className = '',
  ...children: readonly (string | Node)[]
): HTMLElementTagNameMap[N] {
  const made = document.createElement(name)
  if (className) made.className = className
  made.append(...children.map((child) => (typeof child === 'string' ? printable(child) : child)))
  return made
}

/** Names and values as a list; what is undefined is left out. */
export function facts(entries: readonly (readonly [name: string, value: string | undefined])[]): HTMLDListElement {
  const list = element('dl')
  for (const [name, value] of entries) {
    if (value !== undefined) list.append(element('dt', '', name), element('dd', '', value))
  }
  return list
}
