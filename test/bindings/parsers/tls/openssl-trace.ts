/** Reads what `openssl s_client -trace` prints of the messages that were not encrypted. */

export interface TracedHello {
  readonly kind: 'client_hello' | 'server_hello'
  readonly isSent: boolean
  readonly recordVersion: number
  readonly version: number
  /** In upper-case hexadecimal. */
  readonly random: string
  readonly sessionId: string
  readonly cipherSuites: number[]
  readonly extensions: number[]
  /** What stands below each extension, by its number: numbers of groups, versions, schemes, and names of protocols. */
  readonly values: Map<number, (number | string)[]>
}

export interface TracedCertificate {
  readonly kind: 'certificate'
  readonly isSent: boolean
  readonly certificates: Buffer[]
}

export interface TracedAlert {
  readonly kind: 'alert'
  readonly isSent: boolean
  readonly level: number
  readonly description: number
}

export type Traced = TracedHello | TracedCertificate | TracedAlert

const ALPN = 16

/** The messages of a trace that a reader of the wire can see, in order. */
export function readTrace(text: string): Traced[] {
  const encrypted = { Sent: false, Received: false }
  return text.split(/^(?=(?:Sent|Received) Record$)/m).flatMap((record) => {
    const direction = record.startsWith('Sent') ? 'Sent' : 'Received'
    const isOpen = !encrypted[direction]
    // Up to TLS 1.2 all is encrypted behind it; in TLS 1.3 the trace was cut where encryption begins.
    if (/Content Type = ChangeCipherSpec/.test(record) && !/TLS 1\.3/.test(text)) encrypted[direction] = true
    return isOpen ? messagesOf(record, direction === 'Sent') : []
  })
}

function messagesOf(record: string, isSent: boolean): Traced[] {
  const recordVersion = number(record, /Version = .*\((0x\w+)\)/)
  const alert = /Level=\w+\((\d+)\), description=.*\((\d+)\)/.exec(record)
  if (alert) return [{ kind: 'alert', isSent, level: Number(alert[1]), description: Number(alert[2]) }]
  return record.split(/^(?= {4}\w+, Length=\d+$)/m).flatMap((message): Traced[] => {
    if (/^ {4}ClientHello,/.test(message)) return [hello('client_hello', isSent, recordVersion, message)]
    if (/^ {4}ServerHello,/.test(message)) return [hello('server_hello', isSent, recordVersion, message)]
    if (!/^ {4}Certificate,/.test(message)) return []
    const pem = [...message.matchAll(/-----BEGIN CERTIFICATE-----([^-]+)-----END/g)]
    return [{ kind: 'certificate', isSent, certificates: pem.map(([, base64]) => Buffer.from(base64 ?? '', 'base64')) }]
  })
}

function hello(kind: TracedHello['kind'], isSent: boolean, recordVersion: number, message: string): TracedHello {
  const [head = '', ...extensions] = message.split(/^ +(?=extension_type=)/m)
  const values = new Map<number, (number | string)[]>()
  for (const extension of extensions) values.set(number(extension, /^.*?\((\d+)\)/), valuesOf(extension))
  const suites = head.matchAll(/\{0x(\w\w), 0x(\w\w)\}/g)
  return {
    kind,
    isSent,
    recordVersion,
    version: number(head, /_version=(0x\w+)/),
    random: found(head, /gmt_unix_time=0x(\w+)/) + found(head, /random_bytes \(len=28\): (\w+)/),
    sessionId: found(head, /session_id \(len=\d+\): (\w*)/),
    cipherSuites: [...suites].map(([, high, low]) => Number(`0x${high}${low}`)),
    extensions: [...values.keys()],
    values,
  }
}

/** What ends the lines below an extension, as a number; of ALPN the names. */
function valuesOf(extension: string): (number | string)[] {
  const [title = '', ...lines] = extension.split('\n').filter((line) => line.trim() !== '')
  if (title.includes(`(${ALPN})`)) return lines.map((line) => line.trim())
  return lines.flatMap((line) => {
    const value = /\((0x\w+|\d+)\)$/.exec(line)?.[1]
    return value === undefined ? [] : [Number(value)]
  })
}

function found(text: string, pattern: RegExp): string {
  return pattern.exec(text)?.[1] ?? ''
}

function number(text: string, pattern: RegExp): number {
  return Number(found(text, pattern))
}
