// An application in a page: shows the messages of a capture that lies beside it, as the page itself reads them and as a
// worker does.

import { WorkerDriver } from 'flowscope/worker'
import { lineOf, track } from './track.mjs'

const shown = document.querySelector('pre')

async function trackInWorker(capture) {
  const driver = await WorkerDriver.create()
  let lines = ''
  for await (const event of driver.events(capture)) if (event.kind === 'message') lines += lineOf(event)
  driver.dispose()
  return lines
}

async function show() {
  const capture = await (await fetch('capture.pcap')).blob()
  shown.textContent = await track(capture.stream())
  shown.textContent += await trackInWorker(capture)
}

show()
  .catch((error) => {
    shown.textContent += `${error.name}: ${error.message}`
  })
  .finally(() => {
    shown.dataset.state = 'done'
  })
