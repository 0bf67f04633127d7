import { TCP_ACK, TCP_CWR, TCP_ECE, TCP_FIN, TCP_PSH, TCP_RST, TCP_SYN, TCP_URG } from '../../assembly/layout'

/** Control bits of a TCP header, as on the wire (RFC 9293 section 3.1): `flags & TcpFlag.Syn`. */
export const TcpFlag = {
  Fin: TCP_FIN,
  Syn: TCP_SYN,
  Rst: TCP_RST,
  Psh: TCP_PSH,
  Ack: TCP_ACK,
  Urg: TCP_URG,
  Ece: TCP_ECE,
  Cwr: TCP_CWR,
} as const
