import { dns } from '../parsers/dns/protocol'
import { http } from '../parsers/http/protocol'
import { tls } from '../parsers/tls/protocol'
import { serve } from './serve'

serve({ parsers: { http, tls, dns } })
