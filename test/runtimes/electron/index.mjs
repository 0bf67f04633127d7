// Stands in for the module `electron` in the main process: the calls that examples/electron makes, with their rules of
// order. What a window loads is served on loopback, so that a browser can show it. It is led by lines of JSON on
// standard input, and tells what happens by lines on standard output.

import { EventEmitter, once } from 'node:events'
import { createServer } from 'node:http'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

let isReady = false
const handlers = new Map()
const schemes = new Map()
const windows = []
/** What the file dialog gives. */
let chosen
const tell = (line) => process.stdout.write(`${JSON.stringify(line)}\n`)

function mustBeReady(what, wanted) {
  if (isReady !== wanted) throw new Error(`${what} ${wanted ? 'before' : 'after'} the app is ready`)
}

class App extends EventEmitter {
  isPackaged = false
  isSandboxed = false
  isReady = () => isReady
  enableSandbox() {
    mustBeReady('app.enableSandbox', false)
    this.isSandboxed = true
  }
  async whenReady() {
    if (!isReady) await once(this, 'ready')
  }
  quit() {
    tell({ event: 'quit' })
    process.exit(0)
  }
}

export const app = new App()

export const protocol = {
  registerSchemesAsPrivileged(list) {
    mustBeReady('protocol.registerSchemesAsPrivileged', false)
    if (schemes.size > 0) throw new Error('protocol.registerSchemesAsPrivileged a second time')
    for (const { scheme, privileges } of list) schemes.set(scheme, privileges)
  },
  handle(scheme, handler) {
    mustBeReady('protocol.handle', true)
    handlers.set(scheme, handler)
  },
}

const asked = {}
export const session = {
  get defaultSession() {
    mustBeReady('session.defaultSession', true)
    return {
      setPermissionRequestHandler: (handler) => Object.assign(asked, { request: handler }),
      setPermissionCheckHandler: (handler) => Object.assign(asked, { check: handler }),
      webRequest: {
        onBeforeRequest: (filter, handler) => Object.assign(asked, { urls: filter.urls, before: handler }),
      },
    }
  },
}

export class BrowserWindow extends EventEmitter {
  webContents = Object.assign(new EventEmitter(), {
    setWindowOpenHandler: (handler) => {
      this.openHandler = handler
    },
  })

  constructor(options) {
    super()
    mustBeReady('new BrowserWindow', true)
    windows.push(this)
    app.emit('web-contents-created', {}, this.webContents)
    tell({ event: 'window', options, isSandboxed: app.isSandboxed, privileges: Object.fromEntries(schemes) })
  }

  async loadURL(url) {
    const { protocol, pathname, search } = new URL(url)
    tell({ event: 'load', url, shown: `${await serve(url, handlers.get(protocol.slice(0, -1)))}${pathname}${search}` })
  }
}

export const Menu = {
  template: [],
  buildFromTemplate: (template) => ({ template }),
  setApplicationMenu({ template }) {
    Menu.template = template
  },
}

export const dialog = {
  async showOpenDialog(...args) {
    tell({ event: 'dialog', options: args.at(-1) })
    return { canceled: chosen === undefined, filePaths: chosen === undefined ? [] : [chosen] }
  },
}

let server
/** Puts the handler of a scheme on loopback, and tells the origin. */
async function serve(url, handler) {
  const base = url.match(/^\w+:\/\/[^/]*/)[0]
  if (!server) {
    server = createServer(async (request, response) => {
      const answer = await handler(new Request(base + request.url, { method: request.method }))
      response.writeHead(answer.status, Object.fromEntries(answer.headers))
      if (answer.body) await pipeline(Readable.fromWeb(answer.body), response).catch(() => {})
      else response.end()
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
  }
  return `http://127.0.0.1:${server.address().port}`
}

/** Whether an event of a page is prevented. */
function isPrevented(event, ...args) {
  let prevented = false
  windows[0].webContents.emit(event, { preventDefault: () => (prevented = true) }, ...args)
  return prevented
}

const commands = {
  /** Chooses a point of the menu. */
  click: ({ label, file }) => {
    chosen = file
    const items = Menu.template.flatMap(({ submenu = [] }) => submenu)
    return items.find((item) => item.label === label)?.click()
  },
  menu: () => Menu.template,
  /** What the handler of the scheme says of an address. */
  ask: async ({ url, method }) => {
    const { status, headers, body } = await handlers.get(new URL(url).protocol.slice(0, -1))(
      new Request(url, { method }),
    )
    await body?.cancel()
    return { status, headers: Object.fromEntries(headers) }
  },
  /** What a page may do. */
  try: () => ({
    open: windows[0].openHandler({ url: 'https://example.invalid/' }),
    navigate: isPrevented('will-frame-navigate', 'https://example.invalid/'),
    redirect: isPrevented('will-redirect', 'https://example.invalid/'),
    webview: isPrevented('will-attach-webview', {}, {}),
    permission: new Promise((resolve) => asked.request({}, 'media', resolve)),
    check: asked.check({}, 'geolocation', 'https://example.invalid'),
    request: new Promise((resolve) => asked.before({ url: 'https://example.invalid/' }, resolve)),
    urls: asked.urls,
  }),
  close: () => {
    windows.pop().emit('closed')
    app.emit('window-all-closed')
  },
  /** What macOS does with a file that is opened with the app. */
  file: ({ path }) => app.emit('open-file', { preventDefault() {} }, path),
}

createInterface(process.stdin)
  .on('line', lead)
  .on('close', () => process.exit(0))
setImmediate(() => {
  isReady = true
  app.emit('ready')
})

async function lead(line) {
  const { does, ...argument } = JSON.parse(line)
  const result = (await commands[does](argument)) ?? null
  const values =
    typeof result === 'object' && result !== null && !Array.isArray(result) ? await settled(result) : result
  tell({ event: 'done', result: values })
}

async function settled(record) {
  return Object.fromEntries(await Promise.all(Object.entries(record).map(async ([name, value]) => [name, await value])))
}
