import { PACKET_MALFORMED } from '../../layout'
import { stationDestination, stationSource, stations } from '../link'
import { begin, dissect, fill, flags, foundInner, hex, inner, isFound, payloadLength, present, seal } from './frame'

const ADDRESSES = '020000000001 020000000002 020000000003'
const LLC = 'aaaa03 000000 0800'

/** Runs the parsers on these capture and frame headers, followed by the flow to recognise. */
function isRead(linkType: u32, capture: string, frame: string): bool {
  begin()
  hex(capture)
  hex(frame)
  hex(LLC)
  inner()
  dissect(linkType)
  return foundInner()
}

/** Frame control, three addresses, sequence control. */
function header(control: string, sequence: string = '0000'): string {
  return control + '0000' + ADDRESSES + sequence
}

describe('802.11 data frames', () => {
  it('carry LLC behind three addresses', () => {
    expect(isRead(105, '', header('0800'))).toBe(true)
    expect(isRead(105, '', header('0801'))).toBe(true)
    expect(isRead(105, '', header('0802'))).toBe(true)
  })

  it('have a fourth address between access points', () => {
    expect(isRead(105, '', header('0803') + '020000000004')).toBe(true)
  })

  it('have quality of service control, and HT control where the order bit is set', () => {
    expect(isRead(105, '', header('8801') + '0000')).toBe(true)
    expect(isRead(105, '', header('8803') + '020000000004 0000')).toBe(true)
    expect(isRead(105, '', header('8881') + '0000 00000000')).toBe(true)
    expect(isRead(105, '', header('0881'))).toBe(true)
  })

  it('are not read when null, protected, aggregated, a later fragment or no data', () => {
    expect(isRead(105, '', header('4801'))).toBe(false)
    expect(isRead(105, '', header('0841'))).toBe(false)
    expect(isRead(105, '', header('8801') + '8000')).toBe(false)
    expect(isRead(105, '', header('0801', '0100'))).toBe(false)
    expect(isRead(105, '', header('8000'))).toBe(false)
    expect(isRead(105, '', header('0900'))).toBe(false)
  })

  it('may be cut anywhere', () => {
    begin()
    hex(header('8883') + '020000000004 0000 00000000' + LLC)
    for (let cut: usize = 0; cut < 44; cut++) {
      dissect(105, 0xff, cut)
      expect(isFound()).toBe(false)
    }
  })
})

describe('radiotap', () => {
  it('is skipped', () => {
    expect(isRead(127, '0000 0800 00000000', header('0801'))).toBe(true)
  })

  it('tells of a check sequence behind the frame and of padding before the body', () => {
    // TSFT and flags, flags alone, flags behind a second word, data padding after quality of service.
    expect(isRead(127, '0000 1100 03000000 0000000000000000 10', header('0801'))).toBe(false, 'takes four bytes off')
    begin()
    hex('0000 1100 03000000 0000000000000000 10' + header('0801') + LLC)
    inner()
    seal()
    fill(4, 0xff)
    dissect(127)
    expect(foundInner()).toBe(true)
    begin()
    hex('0000 0900 02000000 10' + header('0801') + LLC)
    hex('4500 0000 0000 0000 40 fd 0000 0a000001 0a000002')
    fill(12)
    fill(4, 0xff)
    dissect(127)
    expect(payloadLength()).toBe(12)
    expect(isRead(127, '0000 1100 02000080 00000080 00000000 00', header('0801'))).toBe(true)
    expect(isRead(127, '0000 0900 02000000 20', header('8801') + '0000 0000')).toBe(true)
  })

  it('may say nonsense', () => {
    expect(isRead(127, '0100 0800 00000000', header('0801'))).toBe(false)
    expect(flags()).toBe(PACKET_MALFORMED)
    expect(isRead(127, '0000 0700 00000000', header('0801'))).toBe(false)
    expect(isRead(127, '0000 ffff 00000000', header('0801'))).toBe(false)
    expect(isRead(127, '0000 0800 020000ff', header('0801'))).toBe(true)
    begin()
    hex('0000 0800 03000000')
    for (let cut: usize = 0; cut <= 8; cut++) {
      dissect(127, 0xff, cut)
      expect(isFound()).toBe(false)
    }
  })
})

describe('other capture headers', () => {
  it('skips PPI and looks for the check sequence in it', () => {
    expect(isRead(192, '00 00 0800 69000000', header('0801'))).toBe(true)
    expect(isRead(192, '00 00 0800 01000000', header('0801'))).toBe(false)
    expect(isRead(192, '00 00 0700 69000000', header('0801'))).toBe(false)
    begin()
    hex('00 00 2400 69000000 0300 0000 0200 1400 0000000000000000 0100 00000000000000000000' + header('0801') + LLC)
    hex('4500 0000 0000 0000 40 fd 0000 0a000001 0a000002')
    fill(12)
    fill(4, 0xff)
    dissect(192)
    expect(payloadLength()).toBe(12)
    expect(isRead(192, '00 00 0c00 69000000 0100 ffff', header('0801'))).toBe(true)
  })

  it('skips Prism and AVS', () => {
    begin()
    hex('44000000 90000000')
    fill(136, 0)
    hex(header('0801') + LLC)
    inner()
    dissect(119)
    expect(foundInner()).toBe(true)
    dissect(119, 0xff, 143)
    expect(isFound()).toBe(false)
    const avs = '80211001 00000010 0000000000000000'
    expect(isRead(163, avs, header('0801'))).toBe(true)
    expect(isRead(119, avs, header('0801'))).toBe(true)
    expect(isRead(163, '80211001 00000007', header('0801'))).toBe(false)
    expect(isRead(163, '80211001 ffffffff', header('0801'))).toBe(false)
    expect(isRead(163, '00000000 00000008', header('0801'))).toBe(false)
  })
})

describe('station addresses of 802.11', () => {
  it('lie where the direction says', () => {
    const controls: StaticArray<string> = ['0800', '0801', '0802', '0803']
    const destinations: StaticArray<usize> = [4, 16, 4, 16]
    const sources: StaticArray<usize> = [10, 10, 16, 24]
    for (let i = 0; i < 4; i++) {
      begin()
      hex(header(controls[i]) + '020000000004')
      const p = present(105)
      expect(stations(105, p)).toBe(true)
      expect(stationDestination - p).toBe(destinations[i])
      expect(stationSource - p).toBe(sources[i])
    }
  })

  it('are not told of other frames', () => {
    begin()
    hex(header('8000'))
    expect(stations(105, present(105))).toBe(false)
  })
})
