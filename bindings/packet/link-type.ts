/**
 * Link types that the core reads, by name: `LINKTYPE_` numbers of tcpdump.org/linktypes.html, which name the header
 * that a frame begins with.
 */
export const LinkType = {
  /** BSD loopback: the protocol family in four bytes of the capturing host's order. */
  Null: 0,
  /** Ethernet II and IEEE 802.3. */
  Ethernet: 1,
  /** PPP, with or without HDLC framing. */
  Ppp: 9,
  /** FDDI. */
  Fddi: 10,
  /** Raw IP, the version in the first nibble. */
  Raw: 101,
  /** Cisco HDLC. */
  CiscoHdlc: 104,
  /** IEEE 802.11. */
  Ieee80211: 105,
  /** Frame Relay. */
  FrameRelay: 107,
  /** OpenBSD loopback: the protocol family in four bytes of network order. */
  Loop: 108,
  /** Linux "cooked" capture. */
  LinuxSll: 113,
  /** IEEE 802.11 behind a Prism header. */
  Ieee80211Prism: 119,
  /** IEEE 802.11 behind a radiotap header. */
  Ieee80211Radiotap: 127,
  /** Per-packet information, CACE Technologies. */
  Ppi: 192,
  /** Raw IPv4. */
  Ipv4: 228,
  /** Raw IPv6. */
  Ipv6: 229,
  /** Linux netfilter log. */
  Nflog: 239,
  /** Linux "cooked" capture, version 2. */
  LinuxSll2: 276,
} as const

/** Runs of names without `LINKTYPE_`, as in libpcap's pcap-common.c: the first one's number, then those that follow. */
const RUNS: readonly (readonly [first: number, names: string])[] = [
  [
    0,
    `
    NULL ETHERNET EXP_ETHERNET AX25 PRONET CHAOS IEEE802_5 ARCNET_BSD SLIP PPP FDDI
  `,
  ],
  [
    50,
    `
    PPP_HDLC PPP_ETHER
  `,
  ],
  [
    99,
    `
    SYMANTEC_FIREWALL ATM_RFC1483 RAW SLIP_BSDOS PPP_BSDOS C_HDLC IEEE802_11 ATM_CLIP FRELAY LOOP ENC LANE8023
    HIPPI NETBSD_HDLC LINUX_SLL LTALK ECONET IPFILTER PFLOG CISCO_IOS IEEE802_11_PRISM IEEE802_11_AIRONET HHDLC
    IP_OVER_FC SUNATM RIO PCI_EXP AURORA IEEE802_11_RADIOTAP TZSP ARCNET_LINUX JUNIPER_MLPPP JUNIPER_MLFR
    JUNIPER_ES JUNIPER_GGSN JUNIPER_MFR JUNIPER_ATM2 JUNIPER_SERVICES JUNIPER_ATM1 APPLE_IP_OVER_IEEE1394
    MTP2_WITH_PHDR MTP2 MTP3 SCCP DOCSIS LINUX_IRDA IBM_SP IBM_SN
  `,
  ],
  [
    163,
    `
    IEEE802_11_AVS JUNIPER_MONITOR BACNET_MS_TP PPP_PPPD JUNIPER_PPPOE JUNIPER_PPPOE_ATM GPRS_LLC GPF_T GPF_F
    GCOM_T1E1 GCOM_SERIAL JUNIPER_PIC_PEER ERF_ETH ERF_POS LINUX_LAPD JUNIPER_ETHER JUNIPER_PPP JUNIPER_FRELAY
    JUNIPER_CHDLC MFR JUNIPER_VP A429 A653_ICM USB_FREEBSD BLUETOOTH_HCI_H4 IEEE802_16_MAC_CPS USB_LINUX CAN20B
    IEEE802_15_4_LINUX PPI IEEE802_16_MAC_CPS_RADIO JUNIPER_ISM IEEE802_15_4_WITHFCS SITA ERF RAIF1 IPMB_KONTRON
    JUNIPER_ST BLUETOOTH_HCI_H4_WITH_PHDR AX25_KISS LAPD PPP_WITH_DIR C_HDLC_WITH_DIR FRELAY_WITH_DIR
    LAPB_WITH_DIR
  `,
  ],
  [
    209,
    `
    I2C_LINUX FLEXRAY MOST LIN X2E_SERIAL X2E_XORAYA IEEE802_15_4_NONASK_PHY LINUX_EVDEV GSMTAP_UM GSMTAP_ABIS
    MPLS USB_LINUX_MMAPPED DECT AOS WIHART FC_2 FC_2_WITH_FRAME_DELIMS IPNET CAN_SOCKETCAN IPV4 IPV6
    IEEE802_15_4_NOFCS DBUS JUNIPER_VS JUNIPER_SRX_E2E JUNIPER_FIBRECHANNEL DVB_CI MUX27010 STANAG_5066_D_PDU
    JUNIPER_ATM_CEMIC NFLOG NETANALYZER NETANALYZER_TRANSPARENT IPOIB MPEG_2_TS NG40 NFC_LLCP PFSYNC INFINIBAND
    SCTP USBPCAP RTAC_SERIAL BLUETOOTH_LE_LL WIRESHARK_UPPER_PDU NETLINK BLUETOOTH_LINUX_MONITOR
    BLUETOOTH_BREDR_BB BLUETOOTH_LE_LL_WITH_PHDR PROFIBUS_DL PKTAP EPON IPMI_HPM_2 ZWAVE_R1_R2 ZWAVE_R3
    WATTSTOPPER_DLM ISO_14443 RDS USB_DARWIN OPENFLOW SDLC TI_LLN_SNIFFER LORATAP VSOCK NORDIC_BLE
    DOCSIS31_XRA31 ETHERNET_MPACKET DISPLAYPORT_AUX LINUX_SLL2 SERCOS_MONITOR OPENVIZSLA EBHSCR VPP_DISPATCH
    DSA_TAG_BRCM DSA_TAG_BRCM_PREPEND IEEE802_15_4_TAP DSA_TAG_DSA DSA_TAG_EDSA ELEE Z_WAVE_SERIAL USB_2_0
    ATSC_ALP ETW NETANALYZER_NG ZBOSS_NCP USB_2_0_LOW_SPEED USB_2_0_FULL_SPEED USB_2_0_HIGH_SPEED AUERSWALD_LOG
    ZWAVE_TAP SILABS_DEBUG_CHANNEL FIRA_UCI MDB DECT_NR EDK2_MM DEBUG_ONLY DECT_NR_TAP
  `,
  ],
]

const FIRST_USER = 147
const LAST_USER = 162

/** The name of each number, filled at the first question. */
let registry: Map<number, string> | undefined

function readRegistry(): Map<number, string> {
  const names = new Map<number, string>()
  for (const [first, run] of RUNS) {
    for (const [i, name] of run.trim().split(/\s+/).entries()) names.set(first + i, name)
  }
  for (let i = FIRST_USER; i <= LAST_USER; i++) names.set(i, `USER${i - FIRST_USER}`)
  return names
}

/**
 * Name of a link type without its prefix `LINKTYPE_`, such as `LINUX_SLL`; undefined where the registry has none.
 *
 * @param linkType `LINKTYPE_` number
 */
export function linkTypeName(linkType: number): string | undefined {
  registry ??= readRegistry()
  return registry.get(linkType)
}
