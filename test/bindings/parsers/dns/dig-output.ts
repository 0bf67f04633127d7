/** Reads what `dig` prints, as scripts/record-dns.sh keeps it. */

export interface DugMessage {
  readonly id: number
  readonly opcode: string
  readonly status: string
  readonly flags: string[]
  readonly questions: string[]
  readonly answers: string[]
  readonly authorities: string[]
  readonly additionals: string[]
  readonly edns?: DugEdns
}

export interface DugEdns {
  readonly version: number
  readonly dnssecOk: boolean
  readonly udpSize: number
  /** As dig writes them, `NAME: value`. */
  readonly options: string[]
}

/** All messages that were printed, in order. */
export function readDig(text: string): DugMessage[] {
  return text.split(/^;; (?:Sending|Got answer):$/m).flatMap((part) => {
    const head = /opcode: (\w+), status: (\w+), id: (\d+)/.exec(part)
    return head ? [messageOf(part, head)] : []
  })
}

/** The records of the zone transfers, which dig prints without headers. */
export function readTransfers(text: string): string[] {
  return text
    .split(/^(?=\$ dig )/m)
    .filter((part) => /^\$ dig .*AXFR$/m.test(part))
    .flatMap(recordsOf)
}

function messageOf(part: string, [, opcode = '', status = '', id]: RegExpExecArray): DugMessage {
  const edns = /EDNS: version: (\d+), flags:([ \w]*); udp: (\d+)\n((?:; .*\n)*)/.exec(part)
  return {
    id: Number(id),
    opcode,
    status,
    flags: words(/^;; flags: ([\w ]*);/m.exec(part)?.[1]),
    questions: recordsOf(section(part, 'QUESTION')),
    answers: recordsOf(section(part, 'ANSWER')),
    authorities: recordsOf(section(part, 'AUTHORITY')),
    additionals: recordsOf(section(part, 'ADDITIONAL')),
    ...(edns && {
      edns: {
        version: Number(edns[1]),
        dnssecOk: words(edns[2]).includes('do'),
        udpSize: Number(edns[3]),
        options: (edns[4] ?? '').split('\n').flatMap((line) => (line === '' ? [] : [line.slice(2)])),
      },
    }),
  }
}

function section(part: string, name: string): string {
  return new RegExp(`^;; ${name} SECTION:\\n((?:.+\\n)*)`, 'm').exec(part)?.[1] ?? ''
}

/** Lines of records and questions, with one space between their fields. */
function recordsOf(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => /\tIN|\sIN\s/.test(line) && !line.startsWith(';;'))
    .map((line) => line.replace(/^;/, '').split(/\s+/).join(' ').trim())
}

function words(text = ''): string[] {
  return text.split(' ').filter((word) => word !== '')
}

/** dig's text of a name or of data as ours: no dot at the end of names, and no backslash before a quote in them. */
export function withoutFinalDots(text: string): string {
  const fields = text.match(/(?:[^\s"\\]|\\.|"(?:[^"\\]|\\.)*")+/g) ?? []
  return fields.map((field) => (/(?:^|[^\\])"/.test(field) ? field : nameOf(field))).join(' ')
}

function nameOf(field: string): string {
  const name = field.replaceAll('\\"', '"')
  return /[^\\]\.$/.test(name) ? name.slice(0, -1) : name
}
