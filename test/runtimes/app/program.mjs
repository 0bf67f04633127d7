// An application in Node: prints the messages of a capture.

import { track } from './track.mjs'

track(process.argv[2]).then((lines) => process.stdout.write(lines))
