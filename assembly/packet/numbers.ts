// Assigned numbers that say which header comes next.

// EtherTypes: IEEE 802 Numbers registry (IANA), but where a source is named.
export const ETHERTYPE_IPV4: u32 = 0x0800
export const ETHERTYPE_IPV6: u32 = 0x86dd
export const ETHERTYPE_VLAN: u32 = 0x8100 // IEEE 802.1Q, customer tag
export const ETHERTYPE_SERVICE_VLAN: u32 = 0x88a8 // IEEE 802.1Q (802.1ad), service tag
export const ETHERTYPE_QINQ: u32 = 0x9100 // stacked tags before 802.1ad, as are the next two
export const ETHERTYPE_QINQ_2: u32 = 0x9200
export const ETHERTYPE_QINQ_3: u32 = 0x9300
export const ETHERTYPE_MPLS: u32 = 0x8847 // RFC 3032 section 5
export const ETHERTYPE_MPLS_UPSTREAM: u32 = 0x8848 // RFC 5332 section 3
export const ETHERTYPE_PPPOE_SESSION: u32 = 0x8864 // RFC 2516 section 4
export const ETHERTYPE_PPP: u32 = 0x880b // RFC 2637 section 4.1
export const ETHERTYPE_TRANSPARENT_ETHERNET: u32 = 0x6558 // RFC 1701; NVGRE, RFC 7637 section 3.2
export const ETHERTYPE_ERSPAN_2: u32 = 0x88be // types I and II: draft-foschiano-erspan-03
export const ETHERTYPE_ERSPAN_3: u32 = 0x22eb // type III: the same draft

/** At or below this the field behind the addresses is a length: IEEE 802.3 section 3.2.6. */
export const MAX_802_3_LENGTH: u32 = 1500

// IP protocol numbers and IPv6 extension headers: IANA registry. Those of transports are in the layout.
export const PROTOCOL_HOP_BY_HOP: u32 = 0 // RFC 8200 section 4.3
export const PROTOCOL_IPV4: u32 = 4 // RFC 2003
export const PROTOCOL_IPV6: u32 = 41 // RFC 2473, RFC 4213
export const PROTOCOL_ROUTING: u32 = 43 // RFC 8200 section 4.4
export const PROTOCOL_FRAGMENT: u32 = 44 // RFC 8200 section 4.5
export const PROTOCOL_GRE: u32 = 47 // RFC 2784
export const PROTOCOL_AUTHENTICATION: u32 = 51 // RFC 4302
export const PROTOCOL_NO_NEXT_HEADER: u32 = 59 // RFC 8200 section 4.7
export const PROTOCOL_DESTINATION_OPTIONS: u32 = 60 // RFC 8200 section 4.6
export const PROTOCOL_MOBILITY: u32 = 135 // RFC 6275
export const PROTOCOL_HIP: u32 = 139 // RFC 7401
export const PROTOCOL_SHIM6: u32 = 140 // RFC 5533

// PPP protocol numbers: IANA registry.
export const PPP_IPV4: u32 = 0x0021 // RFC 1332
export const PPP_IPV6: u32 = 0x0057 // RFC 5072
export const PPP_MPLS: u32 = 0x0281 // RFC 3032 section 4.3
export const PPP_MPLS_UPSTREAM: u32 = 0x0283 // RFC 5332 section 3

// Link types of captures: LINKTYPE_* of www.tcpdump.org/linktypes.html.
export const LINKTYPE_NULL: u32 = 0
export const LINKTYPE_ETHERNET: u32 = 1
export const LINKTYPE_PPP: u32 = 9
export const LINKTYPE_FDDI: u32 = 10
export const LINKTYPE_RAW_BSD: u32 = 12 // DLT_RAW of most systems
export const LINKTYPE_RAW_OPENBSD: u32 = 14 // DLT_RAW of OpenBSD
export const LINKTYPE_PPP_HDLC: u32 = 50
export const LINKTYPE_PPP_ETHER: u32 = 51
export const LINKTYPE_RAW: u32 = 101
export const LINKTYPE_C_HDLC: u32 = 104
export const LINKTYPE_IEEE802_11: u32 = 105
export const LINKTYPE_FRELAY: u32 = 107
export const LINKTYPE_LOOP: u32 = 108
export const LINKTYPE_LINUX_SLL: u32 = 113
export const LINKTYPE_IEEE802_11_PRISM: u32 = 119
export const LINKTYPE_IEEE802_11_RADIOTAP: u32 = 127
export const LINKTYPE_IEEE802_11_AVS: u32 = 163
export const LINKTYPE_PPI: u32 = 192
export const LINKTYPE_MPLS: u32 = 219
export const LINKTYPE_IPV4: u32 = 228
export const LINKTYPE_IPV6: u32 = 229
export const LINKTYPE_NFLOG: u32 = 239
export const LINKTYPE_LINUX_SLL2: u32 = 276
