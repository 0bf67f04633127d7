// The main process: one window with the page that comes with flowscope. It opens files, and the page reads them; no
// code of the page can reach anything else.

import { basename, resolve } from 'node:path'
import { app, BrowserWindow, dialog, Menu, protocol, session } from 'electron'
import { PAGE, pageHandler, SCHEME } from './page.mjs'

/** Where the page lies in the package. */
const FOLDER = new URL('.', import.meta.resolve('flowscope/web/index.html'))

const CAPTURES = ['pcap', 'pcapng', 'cap', 'snoop', 'gz', 'zst']

let window
/** The path of the capture that the page may read. */
let capture

/** Shows the page, and has it read a capture, where there is one. */
function show(path) {
  capture = path
  window ??= createWindow()
  const url = path === undefined ? PAGE : `${PAGE}?capture=${encodeURIComponent(basename(path))}`
  // It is rejected when another one takes its place before it is there.
  window.loadURL(url).catch(() => {})
}

function createWindow() {
  const created = new BrowserWindow({
    width: 1360,
    height: 860,
    title: 'flowscope',
    webPreferences: {
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      spellcheck: false,
    },
  })
  created.on('closed', () => {
    window = undefined
    capture = undefined
  })
  return created
}

async function choose() {
  const options = {
    properties: ['openFile'],
    filters: [
      { name: 'Captures', extensions: CAPTURES },
      { name: 'All files', extensions: ['*'] },
    ],
  }
  const { canceled, filePaths } = await (window
    ? dialog.showOpenDialog(window, options)
    : dialog.showOpenDialog(options))
  if (!canceled && filePaths[0] !== undefined) show(filePaths[0])
}

function createMenu() {
  const file = [
    { label: 'Open…', accelerator: 'CmdOrCtrl+O', click: choose },
    { type: 'separator' },
    { role: process.platform === 'darwin' ? 'close' : 'quit' },
  ]
  const view = [{ role: 'resetZoom' }, { role: 'zoomIn' }, { role: 'zoomOut' }, { role: 'togglefullscreen' }]
  return Menu.buildFromTemplate([
    ...(process.platform === 'darwin' ? [{ role: 'appMenu' }] : []),
    { label: 'File', submenu: file },
    { role: 'editMenu' },
    { label: 'View', submenu: view },
  ])
}

/** Whatever a page may ask for, this one needs nothing of it. */
function denyAll() {
  const { defaultSession } = session
  defaultSession.setPermissionRequestHandler((_contents, _permission, decide) => decide(false))
  defaultSession.setPermissionCheckHandler(() => false)
  const urls = ['http://*/*', 'https://*/*', 'ws://*/*', 'wss://*/*']
  defaultSession.webRequest.onBeforeRequest({ urls }, (_details, decide) => decide({ cancel: true }))
}

/** The path on the command line: after the program, and after the folder of the app where it is not packaged. */
function pathGiven() {
  const operands = process.argv.slice(1).filter((argument) => !argument.startsWith('-'))
  const path = operands[app.isPackaged ? 0 : 1]
  return path === undefined ? undefined : resolve(path)
}

app.enableSandbox()
protocol.registerSchemesAsPrivileged([
  { scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true } },
])
app.on('web-contents-created', (_event, contents) => {
  contents.setWindowOpenHandler(() => ({ action: 'deny' }))
  // What the main process loads is not asked here, only what a page or a dropped link would go to.
  contents.on('will-frame-navigate', (event) => event.preventDefault())
  contents.on('will-redirect', (event) => event.preventDefault())
  contents.on('will-attach-webview', (event) => event.preventDefault())
})
/** A file that was opened with this program, by macOS. It may come before anything else. */
let opened
app.on('open-file', (event, path) => {
  event.preventDefault()
  if (app.isReady()) show(path)
  else opened = path
})
app.on('activate', () => {
  if (!window) show()
})
app.on('window-all-closed', () => {
  if (process.platform !== 'darwin') app.quit()
})

app.whenReady().then(() => {
  denyAll()
  protocol.handle(
    SCHEME,
    pageHandler(FOLDER, () => capture),
  )
  Menu.setApplicationMenu(createMenu())
  show(opened ?? pathGiven())
})
