// An application in a page: shows the messages of a capture that lies beside it.

import { track } from './track.mjs'

const shown = document.querySelector('pre')

fetch('capture.pcap')
  .then(({ body }) => track(body))
  .then((lines) => {
    shown.textContent = lines
    shown.dataset.state = 'done'
  })
