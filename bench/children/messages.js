// Reads the messages of a capture as a user of the library does: node messages.js FILE
import { dns } from '../../build/dns.js'
import { http } from '../../build/http.js'
import { messages } from '../../build/index.js'
import { tls } from '../../build/tls.js'

let count = 0
for await (const { message } of messages(process.argv[2], [http(), tls(), dns()])) if (message.kind) count++
console.log(count)
