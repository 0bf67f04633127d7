// Reads a capture as a user of the library does: node library.js FILE
import { flows } from '../../build/index.js'

let count = 0
for await (const flow of flows(process.argv[2])) if (flow.stats) count++
console.log(count)
