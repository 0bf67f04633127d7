import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './programs'

/** A fenced block of code of a Markdown document. */
export interface CodeBlock {
  /** First word behind the fence: `ts`, `js`, `sh`, `text` ... */
  readonly language: string
  /** The words behind it. */
  readonly words: readonly string[]
  readonly code: string
  /** Line of the opening fence, from 1 on. */
  readonly line: number
  /** Whether only blank lines stand between the block before and this one. */
  readonly follows: boolean
}

/**
 * One or more blocks that run as one program: `ts` and `js` blocks, each with those marked `continues` behind it, and
 * `sh` and `html` blocks. A block that a `text` block directly follows prints that, and nothing else. An indented block that begins
 * with `$` and a command prints what stands below it, and perhaps more behind that.
 */
export interface Program {
  readonly language: string
  readonly line: number
  readonly parts: readonly ProgramPart[]
}

export interface ProgramPart {
  readonly code: string
  readonly output: string | undefined
  readonly isCut?: boolean
}

export interface Document {
  readonly path: string
  readonly programs: readonly Program[]
  /** Targets of links and images to this repository. */
  readonly links: readonly { readonly target: string; readonly line: number }[]
  /** What `#` behind the path may be followed by. */
  readonly anchors: ReadonlySet<string>
}

/** Reads a Markdown document of this repository. */
export function readDocument(path: string): Document {
  const lines = readFileSync(join(ROOT, path), 'utf8').split('\n')
  const { blocks, prose } = splitBlocks(lines)
  return {
    path,
    programs: [...programsOf(blocks), ...sessionsOf(prose)],
    links: prose.flatMap(({ text, line }) => linksOf(text).map((target) => ({ target, line }))),
    anchors: anchorsOf(prose.map(({ text }) => text)),
  }
}

function splitBlocks(lines: readonly string[]) {
  const blocks: CodeBlock[] = []
  const prose: { text: string; line: number }[] = []
  let follows = false
  for (let i = 0; i < lines.length; i++) {
    const text = lines[i] ?? ''
    const fence = text.match(/^```(.*)$/)
    if (!fence) {
      prose.push({ text, line: i + 1 })
      if (text.trim() !== '') follows = false
      continue
    }
    const end = lines.indexOf('```', i + 1)
    if (end < 0) throw new Error(`line ${i + 1}: a block without an end`)
    const [language = '', ...words] = (fence[1] ?? '').split(' ')
    blocks.push({ language, words, code: lines.slice(i + 1, end).join('\n'), line: i + 1, follows })
    follows = true
    i = end
  }
  return { blocks, prose }
}

function programsOf(blocks: readonly CodeBlock[]): Program[] {
  const programs: { language: string; line: number; parts: ProgramPart[] }[] = []
  blocks.forEach(({ language, words, code, line }, i) => {
    if (!['ts', 'js', 'sh', 'html'].includes(language)) return
    const next = blocks[i + 1]
    const output = next?.language === 'text' && next.follows ? next.code : undefined
    const last = programs.at(-1)
    if (words.includes('continues') && last) last.parts.push({ code, output })
    else programs.push({ language, line, parts: [{ code, output }] })
  })
  return programs
}

function sessionsOf(prose: readonly { text: string; line: number }[]): Program[] {
  return prose.flatMap(({ text, line }, i) => {
    const code = text.match(/^ {4}\$ (.*)$/)?.[1]
    if (code === undefined) return []
    const rest = prose.slice(i + 1)
    const end = rest.findIndex(({ text }) => /^ {0,3}\S/.test(text))
    const shown = rest.slice(0, end < 0 ? rest.length : end).map(({ text }) => text.slice(4))
    return [{ language: 'sh', line, parts: [{ code, output: shown.join('\n').trim(), isCut: true }] }]
  })
}

function linksOf(text: string): string[] {
  const inline = text.replace(/`[^`]*`/g, '').matchAll(/\]\(([^)\s]+)\)/g)
  return [...inline].map(([, target]) => target ?? '').filter((target) => !/^[a-z]+:/.test(target))
}

/** As GitHub makes them: headings in lower case without punctuation, hyphens for spaces. */
function anchorsOf(lines: readonly string[]): ReadonlySet<string> {
  const headings = lines.flatMap((line) => line.match(/^#+ (.*)$/)?.[1] ?? [])
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  )
}
