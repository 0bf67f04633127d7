import { Writable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import type { Host } from '../../bindings/cli/command'
import { commands } from '../../bindings/cli/commands'
import { run } from '../../bindings/cli/program'

const CAPTURE = 'test/fixtures/generated/http_session.pcap'

/** Runs a call in this process. */
async function call(...argv: string[]) {
  const out: string[] = []
  const err: string[] = []
  const host = {
    stdin: { isTTY: true },
    stdout: collector(out),
    stderr: collector(err),
    on: () => {},
    off: () => {},
  } as unknown as Host
  const status = await run(argv, '1.2.3', host)
  return { status, out: out.join(''), err: err.join('') }
}

function collector(chunks: string[]): Writable {
  return new Writable({
    decodeStrings: false,
    write(chunk, _encoding, callback) {
      chunks.push(chunk)
      callback()
    },
  })
}

describe('help', () => {
  it.each([[['--help']], [['-h']], [['help']]])('of the program is printed by %j', async (argv) => {
    const { status, out, err } = await call(...argv)
    expect([status, err]).toEqual([0, ''])
    expect(out).toContain('Usage: flowscope [COMMAND] [OPTIONS] CAPTURE...')
    for (const { name, summary } of commands) expect(out).toMatch(new RegExp(`  ${name} .*${summary.slice(0, 20)}`))
    for (const option of ['--format', '--decap', '--idle-tcp', '-V, --version']) expect(out).toContain(`  ${option}`)
    for (const heading of ['Examples:', 'Exit status:']) expect(out).toContain(`\n${heading}\n`)
  })

  it.each(
    commands.map(({ name, operand }) => [name, operand]),
  )('of %s is printed', async (name, operand = '<CAPTURE...>') => {
    const { status, out } = await call(name, '--help')
    expect(status).toBe(0)
    const usage = `Usage: flowscope ${name} [OPTIONS] ${operand.replace(/[<>]/g, '')}`
    expect(out).toContain(`${usage.trimEnd()}\n`)
    expect((await call('help', name)).out).toBe(out)
  })

  it('says what each option is by default, with its unit', async () => {
    const text = (await call('--help')).out.replace(/\s+/g, ' ')
    for (const remark of ['default table', 'default five-tuple', 'default auto', 'default 300 s', 'default 100000']) {
      expect(text).toContain(remark)
    }
  })

  it('fits a screen of 100 columns', async () => {
    for (const argv of [[], ...commands.map(({ name }) => [name])]) {
      for (const line of (await call(...argv, '--help')).out.split('\n')) expect(line.length).toBeLessThanOrEqual(100)
    }
  })
})

describe('the version', () => {
  it.each([
    [['--version']],
    [['-V']],
    [['flows', '--version']],
    [['summary', '-V']],
  ])('is printed by %j', async (argv) => {
    expect(await call(...argv)).toEqual({ status: 0, out: '1.2.3\n', err: '' })
  })
})

describe('a wrong call', () => {
  it.each([
    [[], "missing required argument 'CAPTURE'"],
    [['flows'], "missing required argument 'CAPTURE'"],
    [['flows', '--fromat', 'ndjson', CAPTURE], "unknown option '--fromat' (Did you mean --format?)"],
    [['--format', 'xml', CAPTURE], 'Allowed choices are table, ndjson'],
    [['flows', CAPTURE, '--format'], 'argument missing'],
    [['--extractor', 'six-tuple', CAPTURE], 'five-tuple, ip-pair, mac-pair'],
    [['--max-flows', '0', CAPTURE], 'whole number'],
    [['--max-flows=many', CAPTURE], 'whole number'],
    [['--idle-tcp', '-5', CAPTURE], 'seconds'],
    [['--idle-udp', '0', CAPTURE], 'seconds'],
    [['--decap', 'vlan,foo', CAPTURE], 'auto, none, or a list'],
    [['--decap', 'none', '--tunnel-key', CAPTURE], '--tunnel-key cannot be used with --decap none'],
    [['--format', 'ndjson', 'flows', CAPTURE], 'the command comes first'],
    [['no-such-file.pcap'], 'cannot read no-such-file.pcap: no such file'],
    [[CAPTURE, 'no-such-file.pcap'], 'no such file'],
    [['test'], 'cannot read test: is a directory'],
    [['-', '-'], 'only once'],
    [['-'], 'standard input is a terminal'],
  ])('%j exits with 2, one line, and the hint', async (argv, message) => {
    const { status, out, err } = await call(...argv)
    expect([status, out]).toEqual([2, ''])
    expect(err).toMatch(/^flowscope: [^\n]+ See 'flowscope( flows)? --help'\.\n$/)
    expect(err).toContain(message)
  })

  it('lets nothing through to the terminal', async () => {
    const { err } = await call('evil\u001b[2J.pcap')
    expect(err).toContain('evil\ufffd[2J.pcap')
  })
})

describe('a call', () => {
  it('means summary when no command is named', async () => {
    const named = await call('summary', CAPTURE)
    expect(named.status).toBe(0)
    expect(await call(CAPTURE)).toEqual(named)
  })

  it('takes captures behind --, whatever they are called', async () => {
    expect((await call('flows', '--', '-nosuch')).err).toContain('cannot read -nosuch')
  })

  it('takes options on both sides of the capture', async () => {
    const before = await call('flows', '--format', 'ndjson', CAPTURE)
    expect(await call('flows', CAPTURE, '--format=ndjson')).toEqual(before)
  })
})
