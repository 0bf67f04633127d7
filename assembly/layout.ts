// The one place where records that cross the border between WebAssembly and TypeScript are laid out.
// Both languages compile this file: it holds constants only. All integers are little-endian; sizes and offsets
// are bytes; times are nanoseconds since 1970-01-01T00:00:00Z unless a name says otherwise.

/** Packets that the core reads, parses, looks up and tracks together, so that cache misses overlap. */
export const BATCH: usize = 64

// ---------------------------------------------------------------------------------------------------------------
// Packet descriptor: what the core knows of one frame. Pointers are addresses in linear memory, 0 for "none".

export const D_TIME: usize = 0 // u64
export const D_FRAME: usize = 8 // u32 pointer to the frame's first byte
export const D_CAPTURED: usize = 12 // u32 bytes present
export const D_WIRE: usize = 16 // u32 bytes on the wire
export const D_LINK_TYPE: usize = 20 // u32, LINKTYPE_* of tcpdump.org/linktypes.html
export const D_MATCHED: usize = 24 // u8, 1 when the extractor found a flow
export const D_ORIENTATION: usize = 25 // u8, ORIENTATION_*
export const D_PROTOCOL: usize = 26 // u8, IP protocol number of the transport
export const D_TRANSPORT_KIND: usize = 27 // u8, TRANSPORT_*: how much of the transport header was read
export const D_FLAGS: usize = 28 // u32, PACKET_*
export const D_HASH: usize = 32 // u32, seeded hash of the key
export const D_CANDIDATE: usize = 36 // u32, index of the flow that lookup will most likely find, plus one
export const D_SEQUENCE: usize = 40 // u32, TCP
export const D_ACKNOWLEDGEMENT: usize = 44 // u32, TCP
export const D_WINDOW: usize = 48 // u16, TCP, unscaled
export const D_TCP_FLAGS: usize = 50 // u8, TCP_*
export const D_WINDOW_SCALE: usize = 51 // u8, TCP option 3 of a SYN, NO_WINDOW_SCALE when absent
export const D_ICMP_TYPE: usize = 52 // u8
export const D_ICMP_CODE: usize = 53 // u8
export const D_ENCAPSULATION_COUNT: usize = 54 // u8, entries used from D_ENCAPSULATIONS on
export const D_NETWORK: usize = 56 // u32 pointer to the innermost IP header
export const D_TRANSPORT: usize = 60 // u32 pointer to the transport header
export const D_PAYLOAD: usize = 64 // u32 pointer to the transport payload
export const D_PAYLOAD_LENGTH: usize = 68 // u32, length by the IP header: may exceed what was captured
export const D_PAYLOAD_CAPTURED: usize = 72 // u32, bytes of it that are present
export const D_INNER: usize = 76 // u32 pointer to the frame a custom extractor sees, after decapsulation
export const D_INNER_LENGTH: usize = 80 // u32
export const D_INNER_LINK_TYPE: usize = 84 // u32
export const D_FLOW_LABEL: usize = 88 // u32, IPv6 flow label of the innermost header, 0 for IPv4
export const D_KEY: usize = 96 // KEY_SIZE bytes
export const D_ENCAPSULATIONS: usize = 160 // MAX_ENCAPSULATIONS entries of ENCAPSULATION_SIZE bytes
export const MAX_ENCAPSULATIONS: usize = 8
// Of fragments, as D_FLAGS says: PACKET_REASSEMBLED brings the two of EARLIER, PACKET_FRAGMENT_NOTES the others.
export const D_EARLIER_PACKETS: usize = 544 // u32, packets before this one that belong to the datagram it completes
export const D_GIVEN_UP: usize = 548 // u32, packets that were held and now belong to no flow
export const D_EARLIER_BYTES: usize = 552 // u64, length on the wire of the earlier packets
export const D_TIMED_OUT: usize = 560 // u32, datagrams given up because they were not complete in time
export const D_CROWDED_OUT: usize = 564 // u32, datagrams given up because of a bound
export const D_FRAGMENT_FAULT: usize = 568 // u32, ANOMALY_FRAGMENT_* of this packet's own fragment, 0 for none
export const D_FRAGMENT_VALUE: usize = 572 // u32, the anomaly's value
export const D_SIZE: usize = 576

export const ORIENTATION_FORWARD: u32 = 0
export const ORIENTATION_REVERSE: u32 = 1

export const TRANSPORT_NONE: u32 = 0 // no transport header, or not one that is read
export const TRANSPORT_PORTS: u32 = 1 // ports, and nothing else that can be relied upon
export const TRANSPORT_UDP: u32 = 2
export const TRANSPORT_TCP: u32 = 3 // at least the 20-byte header
export const TRANSPORT_SCTP: u32 = 4
export const TRANSPORT_ICMP: u32 = 5

export const PACKET_TRUNCATED: u32 = 1 // cut by the snap length
export const PACKET_FRAGMENT: u32 = 2 // IP fragment
export const PACKET_LAYER_LIMIT: u32 = 4 // more layers than the bounds allow
export const PACKET_UNSUPPORTED_LINK: u32 = 8 // link type that the core does not read
export const PACKET_MALFORMED: u32 = 16 // a header contradicts itself or does not fit
export const PACKET_REASSEMBLED: u32 = 32 // completes an IP datagram, and stands for all of it
export const PACKET_HELD: u32 = 64 // fragment that waits for the rest of its datagram: neither matched nor unmatched
export const PACKET_FRAGMENT_DROPPED: u32 = 128 // fragment of a datagram that will not be put together
export const PACKET_FRAGMENT_CUT: u32 = 256 // fragment that is not all there, tracked for itself
export const PACKET_FRAGMENT_NOTES: u32 = 512 // D_GIVEN_UP to D_FRAGMENT_VALUE hold something
export const PACKET_DUPLICATE: u32 = 1024 // copy of a frame before: counted, and not looked at
export const PACKET_FOREIGN: u32 = 2048 // of a flow that another shard tracks: counted, and neither matched nor unmatched

export const NO_WINDOW_SCALE: u32 = 0xff

export const TCP_FIN: u32 = 0x01
export const TCP_SYN: u32 = 0x02
export const TCP_RST: u32 = 0x04
export const TCP_PSH: u32 = 0x08
export const TCP_ACK: u32 = 0x10
export const TCP_URG: u32 = 0x20
export const TCP_ECE: u32 = 0x40
export const TCP_CWR: u32 = 0x80

export const PROTOCOL_ICMP: u32 = 1
export const PROTOCOL_TCP: u32 = 6
export const PROTOCOL_UDP: u32 = 17
export const PROTOCOL_ICMP6: u32 = 58
export const PROTOCOL_SCTP: u32 = 132

// ---------------------------------------------------------------------------------------------------------------
// Flow key. Two keys are equal when all KEY_SIZE bytes are; the two words alone decide for untagged IPv4.
//
//   kind      word 0                                   word 1                              addresses    tags
//   IPV4      address a << 32 | address b              ports, protocol, kind               0            tags
//   IPV6      seeded hash of the addresses             ports, protocol, kind               a, b         tags
//   MAC       48-bit a << 16 | b's high 16 bits        kind, b's low 32 bits in bits 0-31  0            tags
//   CUSTOM    seeded hash of the bytes                 protocol, kind, length              first 32     last 16

export const KEY_WORD0: usize = 0 // u64
export const KEY_WORD1: usize = 8 // u64: port a in bits 0-15, port b 16-31, protocol 32-39, kind 40-47, length 48-63
export const KEY_ADDRESSES: usize = 16 // 2 x 16 bytes, network order
export const KEY_TAGS: usize = 48 // u64 of VLAN ids (KEY_VLAN_*), u32 tunnel id, u32 flow label | tunnel kind << 24
export const KEY_SIZE: usize = 64

export const KEY_PROTOCOL_SHIFT: u64 = 32
export const KEY_KIND_SHIFT: u64 = 40
export const KEY_LENGTH_SHIFT: u64 = 48
export const MAX_CUSTOM_KEY: usize = 48

export const KEY_KIND_IPV4: u32 = 1
export const KEY_KIND_IPV6: u32 = 2
export const KEY_KIND_MAC: u32 = 3
export const KEY_KIND_CUSTOM: u32 = 4
export const KEY_KIND_MASK: u32 = 0x07
export const KEY_NO_PORTS: u32 = 0x08 // TCP, UDP or SCTP whose ports are not to be had: a later fragment, or cut before them
export const KEY_HAS_PROTOCOL: u32 = 0x10 // a five-tuple: ports and protocol are part of the key
export const KEY_HAS_LABEL: u32 = 0x20 // the IPv6 flow label is part of the key
export const KEY_TAGGED: u32 = 0x40 // KEY_TAGS is not all zero and must be compared
export const KEY_DIRECTIONAL: u32 = 0x80 // a is the source, always

// Tags: up to four VLAN ids, outermost first, 16 bits each: the 12-bit id | 0x8000 (so that id 0 is told from none).
export const KEY_VLANS: usize = 48
export const KEY_TUNNEL_ID: usize = 56
export const KEY_LABEL_AND_TUNNEL_KIND: usize = 60

// ---------------------------------------------------------------------------------------------------------------
// Encapsulation: one layer that was taken off, outermost first.

export const N_KIND: usize = 0 // u8, ENCAPSULATION_*
export const N_FAMILY: usize = 1 // u8: 0, 4 or 6: what N_SOURCE and N_DESTINATION hold
export const N_SOURCE_PORT: usize = 2 // u16, host order
export const N_DESTINATION_PORT: usize = 4 // u16, host order
export const N_HAS_ID: usize = 6 // u8
export const N_ID: usize = 8 // u32: VLAN id, bottom MPLS label, PPPoE session, VNI, TEID, GRE key, ERSPAN session, call id
export const N_SOURCE: usize = 16 // 4 or 16 bytes, network order
export const N_DESTINATION: usize = 32
export const ENCAPSULATION_SIZE: usize = 48

export const ENCAPSULATION_VLAN: u32 = 1
export const ENCAPSULATION_MPLS: u32 = 2
export const ENCAPSULATION_PPPOE: u32 = 3
export const ENCAPSULATION_IP: u32 = 4 // IP-in-IP, 6in4, 4in6
export const ENCAPSULATION_GRE: u32 = 5
export const ENCAPSULATION_PPTP: u32 = 6 // enhanced GRE, RFC 2637
export const ENCAPSULATION_ERSPAN: u32 = 7
export const ENCAPSULATION_VXLAN: u32 = 8
export const ENCAPSULATION_VXLAN_GPE: u32 = 9
export const ENCAPSULATION_GENEVE: u32 = 10
export const ENCAPSULATION_GTPU: u32 = 11
export const ENCAPSULATION_PSEUDOWIRE: u32 = 12 // Ethernet over MPLS, RFC 4448

// ---------------------------------------------------------------------------------------------------------------
// Extractor plan: PLAN_* operations in order, the last one makes the key.

export const PLAN_MAX: usize = 16
export const PLAN_OPERATION_SIZE: usize = 16
export const PLAN_CODE: usize = 0 // u8
export const PLAN_DIRECTIONAL: usize = 1 // u8, five-tuple only
export const PLAN_PORT: usize = 2 // u16: the UDP port of PLAN_INNER_VXLAN and PLAN_INNER_GTPU
export const PLAN_MASK: usize = 4 // u32: DETECT_* of PLAN_AUTO_DETECT
export const PLAN_VXLAN_PORT: usize = 8 // u16, PLAN_AUTO_DETECT
export const PLAN_VXLAN_GPE_PORT: usize = 10 // u16
export const PLAN_GENEVE_PORT: usize = 12 // u16
export const PLAN_GTPU_PORT: usize = 14 // u16

export const PLAN_STRIP_MPLS: u32 = 1
export const PLAN_INNER_VXLAN: u32 = 2
export const PLAN_INNER_GTPU: u32 = 3
export const PLAN_INNER_GRE: u32 = 4
export const PLAN_AUTO_DETECT: u32 = 5
export const PLAN_FLOW_LABEL: u32 = 6
export const PLAN_FIVE_TUPLE: u32 = 7
export const PLAN_IP_PAIR: u32 = 8
export const PLAN_MAC_PAIR: u32 = 9
export const PLAN_CUSTOM: u32 = 10

export const DETECT_VLAN: u32 = 1
export const DETECT_MPLS: u32 = 2
export const DETECT_PPPOE: u32 = 4
export const DETECT_IP: u32 = 8
export const DETECT_GRE: u32 = 16 // with PPTP and ERSPAN
export const DETECT_VXLAN: u32 = 32 // with GPE
export const DETECT_GENEVE: u32 = 64
export const DETECT_GTPU: u32 = 128

// ---------------------------------------------------------------------------------------------------------------
// Flow record. Hot part, cold part and expiry links lie in three arrays with the same index.

export const F_WORD0: usize = 0 // u64, KEY_WORD0
export const F_WORD1: usize = 8 // u64, KEY_WORD1
export const F_LAST_SEEN: usize = 16 // u64
export const F_TOUCHED: usize = 24 // u32, low bits of the number of the packet that touched the flow last
export const F_STATE: usize = 28 // u8, STATE_*
export const F_FLAGS: usize = 29 // u8, FLOW_*
export const F_HISTORY_LENGTH: usize = 30 // u8, letters in K_HISTORY
export const F_PROTOCOL: usize = 31 // u8, IP protocol number of the first packet's transport
export const F_SIDES: usize = 32 // initiator, then responder, SIDE_SIZE bytes each
export const SIDE_SIZE: usize = 48
export const HOT_SIZE: usize = 128

export const S_BYTES: usize = 0 // u64, whole frames at their length on the wire
export const S_PACKETS: usize = 8 // u64
export const S_PAYLOAD_BYTES: usize = 16 // u64, transport payload
export const S_NEXT_SEQUENCE: usize = 24 // u32, one past the highest sequence number sent
export const S_ACKNOWLEDGED: usize = 28 // u32, highest acknowledgement number sent
export const S_WINDOW: usize = 32 // u32, scaled window last advertised, bytes
export const S_RETRANSMITS: usize = 36 // u32, segments that begin below S_NEXT_SEQUENCE
export const S_OUT_OF_ORDER: usize = 40 // u32, segments that begin above S_NEXT_SEQUENCE
export const S_FLAGS: usize = 44 // u8, SIDE_*
export const S_WINDOW_SCALE: usize = 45 // u8, means something once SIDE_SYN is set
export const S_HISTORY: usize = 46 // u16, letters this side has already put into the history

export const K_STARTED: usize = 0 // u64
export const K_NUMBER: usize = 8 // u64, counted from 1 in order of creation
export const K_ADDRESSES: usize = 16 // KEY_ADDRESSES
export const K_TAGS: usize = 48 // KEY_TAGS
export const K_HISTORY: usize = 64 // MAX_HISTORY letters
export const K_IDLE_TIMEOUT: usize = 80 // u64
export const K_ICMP_TYPE: usize = 88 // u8, of the first packet
export const K_ICMP_CODE: usize = 89 // u8
export const K_STREAM: usize = 92 // u32, number of the flow's stream records, 0 for none
export const COLD_SIZE: usize = 96
export const MAX_HISTORY: usize = 16

export const FLOW_INITIATOR_REVERSE: u32 = 1 // the initiator is endpoint b of the key
export const FLOW_INITIATOR_CORRECTED: u32 = 2 // a SYN+ACK was seen first: the first packet came from the responder
export const FLOW_MIDSTREAM: u32 = 4 // TCP, first seen without a SYN
export const FLOW_OWN_IDLE_TIMEOUT: u32 = 8 // K_IDLE_TIMEOUT holds what the host's function answered
export const FLOW_HEARD: u32 = 16 // somebody listens to its bytes
export const FLOW_LIVE: u32 = 128 // the record holds a flow

export const SIDE_SEQUENCE_KNOWN: u32 = 1
export const SIDE_ACKNOWLEDGEMENT_KNOWN: u32 = 2
export const SIDE_SYN: u32 = 4
export const SIDE_FIN: u32 = 8
export const SIDE_FIN_ACKNOWLEDGED: u32 = 16
export const SIDE_DATA: u32 = 32

export const STATE_ACTIVE: u32 = 0
export const STATE_SYN_SENT: u32 = 1
export const STATE_SYN_RECEIVED: u32 = 2
export const STATE_ESTABLISHED: u32 = 3
export const STATE_FIN_WAIT: u32 = 4
export const STATE_CLOSING: u32 = 5
export const STATE_CLOSED: u32 = 6
export const STATE_RESET: u32 = 7
export const STATE_ABORTED: u32 = 8

export const SIDE_INITIATOR: u32 = 0
export const SIDE_RESPONDER: u32 = 1

export const END_FIN: u32 = 1
export const END_RST: u32 = 2
export const END_IDLE_TIMEOUT: u32 = 3
export const END_EVICTED: u32 = 4
export const END_FORCED: u32 = 5
export const END_OF_CAPTURE: u32 = 6
export const END_PORT_REUSE: u32 = 7 // a SYN on a half-closed connection began a new one

// ---------------------------------------------------------------------------------------------------------------
// Events. Each begins with the header below and is E_LENGTH bytes long, a multiple of 8.

export const E_LENGTH: usize = 0 // u16
export const E_KIND: usize = 2 // u8, EVENT_*
export const E_SIDE: usize = 3 // u8, SIDE_*
export const E_FLOW: usize = 4 // u32, index of the flow's record
export const E_NUMBER: usize = 8 // f64, K_NUMBER
export const E_SECONDS: usize = 16 // f64
export const E_NANOSECONDS: usize = 24 // u32
export const E_DETAIL: usize = 28 // u32, see each kind
export const EVENT_HEADER: usize = 32

export const EVENT_STARTED: u32 = 1 // header, key, encapsulations; detail: F_PROTOCOL | F_FLAGS << 8 | count << 16
export const EVENT_PACKET: u32 = 2 // header, P_*; detail: length on the wire
export const EVENT_ESTABLISHED: u32 = 3 // header, key; detail: F_PROTOCOL | F_FLAGS << 8
export const EVENT_STATE_CHANGE: u32 = 4 // header, key; detail: F_PROTOCOL | F_FLAGS << 8 | from << 16 | to << 24
export const EVENT_ENDED: u32 = 5 // header, hot part, cold part, stream records if any; detail: END_*

export const E_KEY: usize = 32 // STARTED, ESTABLISHED, STATE_CHANGE
export const E_ENCAPSULATIONS: usize = 96 // STARTED
export const E_HOT: usize = 32 // ENDED
export const E_COLD: usize = 160 // ENDED
export const ENDED_SIZE: usize = 256
export const E_STREAMS: usize = 256 // ENDED of a flow that was listened to: its two stream records

export const P_FRAME: usize = 32 // u32 pointer, valid until the next call of feed
export const P_CAPTURED: usize = 36 // u32
export const P_PAYLOAD: usize = 40 // u32 pointer
export const P_PAYLOAD_CAPTURED: usize = 44 // u32
export const PACKET_EVENT_SIZE: usize = 48

/**
 * Most bytes of events that one packet can cause besides those of streams, which ask for room of their own: an eviction
 * and what is odd about it and about fragments, a start, state changes, itself and an end. They need 1,760.
 */
export const MAX_EVENTS_PER_PACKET: usize = 2048

// ---------------------------------------------------------------------------------------------------------------
// What calls answer with.

export const FEED_NEEDS_INPUT: u32 = 0 // all whole records are done
export const FEED_EVENTS: u32 = 1 // the ring is full: drain it and call again with the same input
export const FEED_EXTRACT: u32 = 2 // a custom extractor must fill the batch, then call again with the same input
export const FEED_DAMAGED: u32 = 3 // the capture is damaged: see DAMAGE_*; everything before has been processed

export const RECONFIGURE_EVENTS: u32 = 0 // flows are being evicted: drain the ring and call again
export const RECONFIGURE_DONE: u32 = 1
export const RECONFIGURE_NO_MEMORY: u32 = 2

/** Seconds by which packets of one capture come out of order at most. What lies farther back has a time of its own. */
export const LONGEST_STEP_BACK: u32 = 10

/** Capture formats; FRAMES is the host's own framing for frames that come one by one. */
export const FORMAT_UNKNOWN: u32 = 0
export const FORMAT_PCAP: u32 = 1
export const FORMAT_PCAPNG: u32 = 2
export const FORMAT_SNOOP: u32 = 3
export const FORMAT_FRAMES: u32 = 4

// Header before each frame of FORMAT_FRAMES.
export const R_TIME: usize = 0 // u64
export const R_CAPTURED: usize = 8 // u32
export const R_WIRE: usize = 12 // u32
export const R_LINK_TYPE: usize = 16 // u32
export const R_SIZE: usize = 24

/** Longest frame that is accepted, as libpcap's and Wireshark's limit: 256 KiB. */
export const MAX_FRAME: usize = 262144

/** Most bytes that a reader leaves unread to see them again with more: an input buffer must be longer than this. */
export const MAX_UNFINISHED: usize = MAX_FRAME + 28

/** Interfaces that are kept of one pcapng section. */
export const MAX_INTERFACES: usize = 1024

// Damage report.
export const DAMAGE_CODE: usize = 0 // u32
export const DAMAGE_FOUND: usize = 4 // u32
export const DAMAGE_EXPECTED: usize = 8 // u32
export const DAMAGE_OFFSET: usize = 16 // u64, bytes from the start of the capture
export const DAMAGE_SIZE: usize = 24

export const DAMAGE_NONE: u32 = 0
export const DAMAGE_UNKNOWN_MAGIC: u32 = 1 // found: first four bytes, big-endian
export const DAMAGE_TRUNCATED: u32 = 2 // found: bytes present, expected: bytes needed
export const DAMAGE_CAPTURED_LENGTH: u32 = 3 // found: captured length of the record, expected: the most it may be
export const DAMAGE_BLOCK_LENGTH: u32 = 4 // found: block total length, expected: the least or most it may be
export const DAMAGE_BLOCK_TRAILER: u32 = 5 // found: trailing length, expected: leading length
export const DAMAGE_BYTE_ORDER_MAGIC: u32 = 6 // found: the section's byte-order magic
export const DAMAGE_VERSION: u32 = 7 // found: major version, expected: the one that is read
export const DAMAGE_INTERFACE: u32 = 8 // found: interface id, expected: interfaces known
export const DAMAGE_RECORD_LENGTH: u32 = 9 // snoop: found: record length, expected: the least it may be
export const DAMAGE_INTERFACE_LIMIT: u32 = 10 // found: interfaces in the section, expected: the most that are kept
export const DAMAGE_LINK_TYPE: u32 = 11 // pcap: found: the link type word, whose reserved bits are not zero
export const DAMAGE_OPTION_LENGTH: u32 = 12 // pcapng: found: length of an interface's option, expected: what it may be

// ---------------------------------------------------------------------------------------------------------------
// Configuration, written by the host before `init` or `reconfigure`.

export const C_MAX_FLOWS: usize = 0 // u32
export const C_FLAGS: usize = 4 // u32, CONFIG_*
export const C_IDLE_TCP: usize = 8 // u64
export const C_IDLE_UDP: usize = 16 // u64
export const C_IDLE_OTHER: usize = 24 // u64
export const C_SWEEP_INTERVAL: usize = 32 // u64
export const C_SEED: usize = 40 // u64, secret of the hash
export const C_PLAN: usize = 48 // PLAN_MAX operations
export const C_STREAM_FLAGS: usize = 304 // u32, LISTEN_*
export const C_OVERLAP_POLICY: usize = 308 // u32, OVERLAP_*
export const C_SIDE_BUFFER: usize = 312 // u32, most bytes one side may hold ahead of a hole
export const C_TOTAL_BUFFER: usize = 316 // u32, most bytes all sides may hold, fixed by `init`
export const C_HOLE_TIMEOUT: usize = 320 // u64, capture time that a hole is waited for
export const C_MAX_STREAMS: usize = 328 // u32, most TCP flows listened to at once, fixed by `init`
export const C_MAX_DATAGRAMS: usize = 332 // u32, most IP datagrams in progress, fixed by `init`; 0: no reassembly
export const C_FRAGMENT_BUFFER: usize = 336 // u32, most bytes of fragments held, fixed by `init`
export const C_MAX_FRAGMENTS: usize = 340 // u32, most fragments of a datagram
export const C_FRAGMENT_TIMEOUT: usize = 344 // u64, capture time from the first fragment on
export const C_DEDUP_WINDOW: usize = 352 // u64, time within which an equal frame is a duplicate
export const C_DEDUP_CAPACITY: usize = 360 // u32, frames remembered, fixed by `init`; 0: no deduplication
export const C_FLOW_BUFFER: usize = 364 // u32, most bytes both sides of a flow may hold ahead of holes
export const C_SHARD: usize = 368 // u32, which of the shards this is, counted from 0
export const C_SHARDS: usize = 372 // u32, how many share the flows by hash, each reading all packets; 0 or 1: not shared
export const CONFIG_SIZE: usize = 376

export const CONFIG_PACKET_EVENTS: u32 = 1
export const CONFIG_MONOTONIC: u32 = 2 // time stamps never run backwards
export const CONFIG_IDLE_TIMEOUT_FUNCTION: u32 = 4 // ask the host for each new flow's idle timeout
export const CONFIG_ACCEPT_ANY_RST: u32 = 8 // a RST ends a flow wherever its sequence number lies
export const CONFIG_CRATE_HISTORY: u32 = 16 // history as the Rust crate writes it: S F R D, repeated
export const CONFIG_VLAN_KEY: u32 = 32
export const CONFIG_TUNNEL_KEY: u32 = 64
export const CONFIG_ANOMALIES: u32 = 128 // tell anomalies as events; counters count them always
export const CONFIG_REASSEMBLE: u32 = 256 // put IP fragments together; else each is tracked for itself
export const CONFIG_CLOCK: u32 = 512 // tell of each second of the capture in which there is a packet

// ---------------------------------------------------------------------------------------------------------------
// Tracker counters.

export const T_PACKETS: usize = 0 // u64, all records
export const T_BYTES: usize = 8 // u64, their length on the wire
export const T_FIRST: usize = 16 // u64, earliest time stamp
export const T_LAST: usize = 24 // u64, latest
export const T_UNMATCHED: usize = 32 // u64, packets without a flow
export const T_TRUNCATED: usize = 40 // u64, packets cut by the snap length
export const T_FRAGMENTS: usize = 48 // u64, IP fragments
export const T_LAYER_LIMIT: usize = 56 // u64, packets with more layers than the bounds allow
export const T_MALFORMED: usize = 64 // u64
export const T_FLOWS_CREATED: usize = 72 // u64
export const T_FLOWS_ENDED: usize = 80 // u64
export const T_FLOWS_EVICTED: usize = 88 // u64
export const T_FLOWS_LIVE: usize = 96 // u32
export const T_FLOWS_FORGOTTEN: usize = 104 // u64
export const T_RST_IGNORED: usize = 112 // u64, RSTs outside the window
export const T_UNSUPPORTED_LINKS: usize = 120 // u32, entries used below
export const T_LINKS: usize = 128 // UNSUPPORTED_LINKS_MAX entries: u32 link type, u32 packets
export const UNSUPPORTED_LINKS_MAX: usize = 16
export const T_LINKS_DROPPED: usize = 256 // u64, unmatched packets whose link type found no entry
export const T_STREAMS_REFUSED: usize = 264 // u64, TCP flows not listened to because all stream records were in use
export const T_OUT_OF_ORDER: usize = 272 // u64, TCP segments ahead of what was expected
export const T_DATA_AFTER_FIN: usize = 280 // u64, segments with bytes behind a FIN, of flows that are listened to
export const T_REASSEMBLED: usize = 288 // u64, packets that completed an IP datagram
export const T_FRAGMENTS_HELD: usize = 296 // u64, packets that wait for the rest of their datagram now
export const T_FRAGMENTS_DROPPED: usize = 304 // u64, packets of datagrams that were given up; they count as unmatched
export const T_FRAGMENTS_CUT: usize = 312 // u64, fragments that are not all there, each tracked for itself
export const T_FRAGMENT_TIMEOUTS: usize = 320 // u64, datagrams that were not complete in time
export const T_FRAGMENT_BOUNDS: usize = 328 // u64, datagrams given up because of a bound
export const T_FRAGMENT_OVERLAPS: usize = 336 // u64, datagrams given up because fragments overlap
export const T_FRAGMENT_MALFORMED: usize = 344 // u64, fragments that cannot be, see ANOMALY_FRAGMENT_MALFORMED
export const T_DUPLICATES: usize = 352 // u64, packets that are copies of one before
export const T_DUPLICATE_BYTES: usize = 360 // u64, their length on the wire
export const STATS_SIZE: usize = 368

// ---------------------------------------------------------------------------------------------------------------
// Stream record: reassembly of one side of a TCP flow that somebody listens to. Both sides of a flow lie together.

export const X_ROOT: usize = 0 // u32, tree of the blocks that hold bytes ahead of their turn
export const X_BLOCKS: usize = 4 // u32, blocks in it
export const X_BUFFERED: usize = 8 // u32, bytes in it not yet delivered
export const X_FLAGS: usize = 12 // u32, STREAM_*
export const X_OFFSET: usize = 16 // u64, stream offset of the next byte to deliver; the first byte after the SYN is 0
export const X_SEQUENCE: usize = 24 // u32, its sequence number
export const X_FLOW: usize = 28 // u32, index of the flow's record
export const X_SKIP_UNTIL: usize = 32 // u64, bytes below are counted and not delivered
export const X_END: usize = 40 // u64, where the FIN ends the stream, u64.MAX_VALUE while unknown
export const X_HIGHEST: usize = 48 // u64, one past the highest offset seen
export const X_ACKNOWLEDGED: usize = 56 // u64, offset up to which the peer has acknowledged
export const X_HOLE_SINCE: usize = 64 // u64, time at which the hole at X_OFFSET began to hold bytes back
export const X_HOLE_PREVIOUS: usize = 72 // u32, address; sides with holes, oldest first
export const X_HOLE_NEXT: usize = 76 // u32
export const X_DELIVERED: usize = 80 // u64, bytes delivered or skipped
export const X_GAP_BYTES: usize = 88 // u64
export const X_DROPPED_BYTES: usize = 96 // u64, bytes that were there and were not delivered
export const X_GAPS: usize = 104 // u32
export const X_RETRANSMITS: usize = 108 // u32, segments all of whose bytes had been delivered or were buffered
export const X_OUT_OF_ORDER: usize = 112 // u32, segments that arrived ahead of a hole
export const X_DROPPED_SEGMENTS: usize = 116 // u32
export const X_HIGH_WATERMARK: usize = 120 // u32, most bytes ever buffered
export const X_CONFLICTS: usize = 124 // u32, overlaps whose bytes differ
export const X_NUMBER: usize = 128 // u64, number of the flow
export const X_RETRANSMITTED_BYTES: usize = 136 // u64, payload of those segments
export const X_ASTRAY_SINCE: usize = 144 // u64, time since which only segments that fit nowhere have come, 0 for none
export const STREAM_SIZE: usize = 192

export const STREAM_ANCHORED: u32 = 1 // the first sequence number is known
export const STREAM_DONE: u32 = 2 // the listener wants no more bytes of this side
export const STREAM_POISONED: u32 = 4 // a bound was passed and the policy says to give the side up
export const STREAM_HAS_HOLE: u32 = 8 // listed among the sides that wait
export const STREAM_RESPONDER: u32 = 16
export const STREAM_ENDED: u32 = 32 // EVENT_STREAM_END has been written

export const GAP_ACKNOWLEDGED: u32 = 1 // the peer has the bytes, the capture has not
export const GAP_BUFFER: u32 = 2 // a bound on buffered bytes
export const GAP_TIMEOUT: u32 = 3
export const GAP_END: u32 = 4 // the flow ended

// Whose bytes the host wants.
export const LISTEN_TCP: u32 = 1 // all TCP flows; without it those with a port of the set
export const LISTEN_UDP: u32 = 2 // all UDP flows, likewise
export const LISTEN_CONFLICTS: u32 = 4 // tell overlaps whose bytes differ
export const LISTEN_DROP_ON_OVERFLOW: u32 = 8 // pass a bound: give up the side; else the oldest hole
export const PORT_SET_SIZE: usize = 8192 // one bit a port

export const OVERLAP_FIRST: u32 = 0
export const OVERLAP_LAST: u32 = 1
export const OVERLAP_BSD: u32 = 2
export const OVERLAP_LINUX: u32 = 3
export const OVERLAP_WINDOWS: u32 = 4
export const OVERLAP_SOLARIS: u32 = 5

export const EVENT_STREAM_DATA: u32 = 6 // header, offset, pointer, length
export const EVENT_STREAM_GAP: u32 = 7 // header, offset, length as f64; detail: GAP_*
export const EVENT_STREAM_STOPPED: u32 = 8 // header, offset: a bound was passed, the side is given up
export const EVENT_STREAM_CONFLICT: u32 = 9 // header, offset, bytes of both; detail: length | new bytes kept << 31
export const EVENT_DATAGRAM: u32 = 10 // header, pointer, length

export const EVENT_STREAM_END: u32 = 12 // header, offset: all up to the side's FIN has been told

export const X_EVENT_OFFSET: usize = 32 // f64, stream offset
export const X_EVENT_POINTER: usize = 40 // u32, valid until the next call of feed
export const X_EVENT_LENGTH: usize = 44 // u32
export const X_EVENT_GAP: usize = 40 // f64, bytes missing
export const X_EVENT_OLD: usize = 40 // CONFLICT: MAX_CONFLICT_BYTES of the bytes buffered first
export const MAX_CONFLICT_BYTES: usize = 256
export const STREAM_EVENT_SIZE: usize = 48

export const EVENT_ANOMALY: u32 = 11 // header, A_*; detail: ANOMALY_*; number 0 where it concerns no flow
export const A_VALUE: usize = 32 // f64, see each kind
export const A_TOTAL: usize = 40 // f64, how often the kind has been counted
export const ANOMALY_EVENT_SIZE: usize = 48

export const ANOMALY_OUT_OF_ORDER: u32 = 1 // a segment ahead of what was expected; value: its payload length
export const ANOMALY_RST_IGNORED: u32 = 2 // a RST outside the window; value: its sequence number
export const ANOMALY_EVICTION: u32 = 3 // the table was full; value: number of the flow that went
export const ANOMALY_STREAM_REFUSED: u32 = 4 // all stream records were in use: the flow is not listened to
export const ANOMALY_DATA_AFTER_FIN: u32 = 5 // value: bytes that were dropped
export const ANOMALY_FRAGMENT_TIMEOUT: u32 = 6 // datagrams were not complete in time; value: how many
export const ANOMALY_FRAGMENT_BOUND: u32 = 7 // datagrams were given up because of a bound; value: how many
export const ANOMALY_FRAGMENT_OVERLAP: u32 = 8 // a fragment overlaps another, its datagram is given up; value: offset
// A length that is 0 or, with more to come, no multiple of 8; an end behind 65535, or that contradicts another.
export const ANOMALY_FRAGMENT_MALFORMED: u32 = 9 // value: offset in the datagram

export const EVENT_CLOCK: u32 = 13 // header: the time of the first packet in another second than those before

// Only where flows are shared: header; number: the packet's, counted from 1; detail: PLACE_*. What follows is of there.
export const EVENT_PLACE: u32 = 14

// What happens before a packet and because of it, in this order.
export const PLACE_CLOCK: u32 = 0
export const PLACE_IDLE: u32 = 1 // flows that have been idle end, in order of their numbers
export const PLACE_HOLES: u32 = 2 // holes that have waited long enough are given up, in order of their flows
export const PLACE_PACKET: u32 = 3
// What the host asks for behind the packet.
export const PLACE_ENDS: u32 = 4 // flows end, in order of their numbers
export const PLACE_FRAGMENTS: u32 = 5 // datagrams are given up
export const PLACE_TICK: u32 = 6 // the host's parsers are told of time
export const PLACES: u32 = 8 // more than there are of these
