import type { Field } from './rdata-fields'
import * as field from './rdata-fields'
import type { RdataReader } from './rdata-reader'
import { amtRelay, hip, ipsecKey, location } from './rdata-special'
import { serviceBinding } from './svcb'

const { name, u8, u16, u32, restHex, restBase64, characterString, characterStrings, typeBitmap } = field

/** Formats of DS and what looks like it, of signatures and of certificates. */
const DIGEST = [u16, u8, u8, field.some(restHex)]
const KEY = [u16, u8, u8, field.some(restBase64)]
const SIGNATURE = [field.type, u8, u8, u32, field.time, field.time, u16, name, field.some(restBase64)]
const CERTIFICATE = [u8, u8, u8, field.some(restHex)]

/** Presentation formats by type, with the sections that define them. Types not here are shown in RFC 3597 form. */
const FORMATS: ReadonlyMap<number, readonly Field[]> = new Map<number, readonly Field[]>([
  [1, [field.ipv4]], // A, RFC 1035 section 3.4.1
  [2, [name]], // NS, 3.3.11
  [3, [name]], // MD, 3.3.4
  [4, [name]], // MF, 3.3.5
  [5, [name]], // CNAME, 3.3.1
  [6, [name, name, u32, u32, u32, u32, u32]], // SOA, 3.3.13
  [7, [name]], // MB, 3.3.3
  [8, [name]], // MG, 3.3.6
  [9, [name]], // MR, 3.3.8
  [11, [field.ipv4, u8, field.portBitmap]], // WKS, 3.4.2
  [12, [name]], // PTR, 3.3.12
  [13, [characterString, characterString]], // HINFO, 3.3.2
  [14, [name, name]], // MINFO, 3.3.7
  [15, [u16, name]], // MX, 3.3.9
  [16, [characterStrings]], // TXT, 3.3.14
  [17, [name, name]], // RP, RFC 1183 section 2.2
  [18, [u16, name]], // AFSDB, RFC 1183 section 1
  [19, [characterString]], // X25, RFC 1183 section 3.1
  [20, [characterString, field.optionalCharacterString]], // ISDN, RFC 1183 section 3.2
  [21, [u16, name]], // RT, RFC 1183 section 3.3
  [22, [field.nsap]], // NSAP, RFC 1706 section 5
  [23, [name]], // NSAP-PTR, RFC 1348 section 3
  [24, SIGNATURE], // SIG, RFC 2535 section 4.1
  [25, [u16, u8, u8, restBase64]], // KEY, RFC 2535 section 3.1: there may be none
  [26, [u16, name, name]], // PX, RFC 2163 section 4
  [27, [characterString, characterString, characterString]], // GPOS, RFC 1712 section 3
  [28, [field.ipv6]], // AAAA, RFC 3596 section 2.2
  [29, [location]], // LOC, RFC 1876
  [33, [u16, u16, u16, name]], // SRV, RFC 2782
  [35, [u16, u16, characterString, characterString, characterString, name]], // NAPTR, RFC 3403 section 4.1
  [36, [u16, name]], // KX, RFC 2230 section 3
  [37, [u16, u16, u8, field.some(restBase64)]], // CERT, RFC 4398 section 2
  [39, [name]], // DNAME, RFC 6672 section 2.1
  [42, [field.addressPrefixes]], // APL, RFC 3123 section 4
  [43, DIGEST], // DS, RFC 4034 section 5
  [44, [u8, u8, field.some(restHex)]], // SSHFP, RFC 4255 section 3
  [45, [ipsecKey]], // IPSECKEY, RFC 4025 section 2
  [46, SIGNATURE], // RRSIG, RFC 4034 section 3
  [47, [name, typeBitmap]], // NSEC, RFC 4034 section 4
  [48, KEY], // DNSKEY, RFC 4034 section 2
  [49, [restBase64]], // DHCID, RFC 4701 section 3.1
  [50, [u8, u8, u16, field.salt, field.hash, typeBitmap]], // NSEC3, RFC 5155 section 3
  [51, [u8, u8, u16, field.salt]], // NSEC3PARAM, RFC 5155 section 4
  [52, CERTIFICATE], // TLSA, RFC 6698 section 2
  [53, CERTIFICATE], // SMIMEA, RFC 8162 section 2
  [55, [hip]], // HIP, RFC 8005 section 5
  [56, [characterStrings]], // NINFO
  [58, [name, name]], // TALINK
  [59, DIGEST], // CDS, RFC 7344 section 3.1
  [60, KEY], // CDNSKEY, RFC 7344 section 3.2
  [61, [restBase64]], // OPENPGPKEY, RFC 7929 section 2.1
  [62, [u32, u16, typeBitmap]], // CSYNC, RFC 7477 section 2.1
  [63, [u32, u8, u8, field.some(restHex)]], // ZONEMD, RFC 8976 section 2
  [64, [serviceBinding]], // SVCB, RFC 9460 section 2
  [65, [serviceBinding]], // HTTPS, RFC 9460 section 9
  [99, [characterStrings]], // SPF, RFC 4408 section 3.1.1
  [104, [u16, field.locator64]], // NID, RFC 6742 section 2.1
  [105, [u16, field.ipv4]], // L32, RFC 6742 section 2.2
  [106, [u16, field.locator64]], // L64, RFC 6742 section 2.3
  [107, [u16, name]], // LP, RFC 6742 section 2.4
  [108, [field.eui(6)]], // EUI48, RFC 7043 section 3
  [109, [field.eui(8)]], // EUI64, RFC 7043 section 4
  [249, [name, field.time, field.time, u16, field.signatureError, field.sizedBase64, field.sizedBase64]], // TKEY, RFC 2930 section 2
  [250, [name, field.u48, u16, field.sizedBase64, u16, field.signatureError, field.sizedBase64]], // TSIG, RFC 8945 section 4.2
  [256, [u16, u16, field.some(field.restString)]], // URI, RFC 7553 section 4.5
  [257, [u8, field.tag, field.restString]], // CAA, RFC 8659 section 4.1
  [258, [characterStrings]], // AVC
  [260, [amtRelay]], // AMTRELAY, RFC 8777 section 4
  [261, [characterStrings]], // RESINFO, RFC 9606 section 4
  [262, [characterStrings]], // WALLET
  [32768, DIGEST], // TA
  [32769, DIGEST], // DLV, RFC 4431 section 2
])

/** Whether data of this type has a format of its own. */
export function hasFormat(type: number): boolean {
  return FORMATS.has(type)
}

/**
 * Data of a record in presentation form: what an opened reader holds, to its end. Where it is not as the type wants
 * it, the reader says that it failed, and the answer is not to be used.
 */
export function formatData(type: number, rdata: RdataReader): string {
  const format = FORMATS.get(type)
  if (!format) {
    rdata.fail()
    return ''
  }
  let text = (format[0] as Field)(rdata)
  for (let i = 1; i < format.length; i++) {
    const next = (format[i] as Field)(rdata)
    if (next !== '') text += text === '' ? next : ` ${next}`
  }
  if (rdata.left !== 0) rdata.fail()
  return text
}
