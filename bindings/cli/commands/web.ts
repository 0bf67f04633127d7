import { once } from 'node:events'
import { statSync } from 'node:fs'
import { basename } from 'node:path'
import { Option } from 'commander'
import { checkCaptures, STDIN } from '../captures'
import { defineCommand, EXIT_OK, type Host, type OptionGroup, UsageError } from '../command'
import { integer } from '../options/parse'
import { onStopSignal } from '../stop'
import { createPageServer, LOOPBACK } from '../web/server'

interface WebOptions {
  readonly listen: number
}

const webOptions: OptionGroup = {
  heading: 'Where:',
  options: () => [
    new Option('--listen <PORT>', 'the TCP port of this machine to listen on')
      .argParser(integer(0, 65_535))
      .default(0, '0, any that is free'),
  ],
}

const REASONS: Readonly<Record<string, string>> = { EADDRINUSE: 'in use', EACCES: 'permission denied' }

export const web = defineCommand<WebOptions>({
  name: 'web',
  operand: '[CAPTURE]',
  summary: 'serves a page that reads captures in the browser, on this machine only',
  description:
    'Serves a page that reads captures in the browser, and prints its address. It listens on 127.0.0.1 only, and the ' +
    'page sends nothing anywhere. A capture that is named is opened at once; others can be dropped onto the page.',
  examples: [
    { call: 'flowscope web', does: 'a page to drop captures onto' },
    { call: 'flowscope web trace.pcap', does: 'with a capture opened' },
    { call: 'flowscope web --listen 8470', does: 'at an address that stays the same' },
  ],
  options: [webOptions],
  async run([capture], { listen }, host) {
    if (capture === STDIN) throw new UsageError('the page cannot read standard input: name a file')
    if (capture !== undefined) checkCapture(capture, host)
    const server = createPageServer(new URL('./web/', import.meta.url), capture)
    server.listen(listen, LOOPBACK)
    // Rejects when there is an error instead.
    await once(server, 'listening').catch((error: NodeJS.ErrnoException) => {
      const reason = REASONS[error.code ?? ''] ?? error.message
      throw new UsageError(`cannot listen on port ${listen}: ${reason}`)
    })
    const address = server.address()
    const port = address !== null && typeof address === 'object' ? address.port : listen
    const query = capture === undefined ? '' : `?capture=${encodeURIComponent(basename(capture))}`
    host.stdout.write(`http://${LOOPBACK}:${port}/${query}\n`)
    await new Promise<void>((resolve) => onStopSignal(host, resolve))
    server.close()
    server.closeAllConnections()
    return EXIT_OK
  },
})

/** The page may ask for it more than once, and is told its size: a pipe can give neither. */
function checkCapture(capture: string, host: Host): void {
  checkCaptures([capture], host)
  if (!statSync(capture).isFile()) throw new UsageError(`cannot serve ${capture}: not a regular file`)
}
