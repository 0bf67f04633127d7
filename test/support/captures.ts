// Writers of capture files, in every variant that the core reads.

export * from './captures/pcap'
export * from './captures/pcapng'
export * from './captures/record'
export * from './captures/snoop'
