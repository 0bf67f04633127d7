import {
  D_CAPTURED,
  D_FRAME,
  D_INNER,
  D_INNER_LENGTH,
  D_INNER_LINK_TYPE,
  D_LINK_TYPE,
  D_MATCHED,
  D_NETWORK,
  D_PROTOCOL,
  D_TRANSPORT_KIND,
  D_WIRE,
  PLAN_CUSTOM,
  PLAN_FIVE_TUPLE,
  PLAN_IP_PAIR,
  PLAN_MAC_PAIR,
  TRANSPORT_NONE,
} from '../layout'
import { beginDescriptor } from '../packet/found'
import { beginFragments } from '../packet/fragment-memo'
import { settleFragments } from '../packet/fragment-outcome'
import { beginLayers, kindOf, LAYER_STOP, resumeLayers } from '../packet/layer'
import { link, stations } from '../packet/link'
import { LINKTYPE_ETHERNET, LINKTYPE_RAW } from '../packet/numbers'
import { plain } from '../packet/plain'
import { walk } from '../packet/walk'
import { wholeDatagram, wholeEnd } from '../packet/whole-datagram'
import { emptyKey, fiveTupleKey, ipPairKey, macPairKey, tagKey } from './key'
import { planAnyTag, planDetect, planDetectStep, planKey, planSteps, setPlanPorts } from './plan'
import { runSteps } from './steps'

export { compilePlan } from './plan'

/**
 * Runs the plan on the frame of this descriptor and fills all of it that parsing and key making tell. Never reads
 * outside the bytes captured, whatever they are. D_HASH and D_CANDIDATE stay as they are.
 */
export function extract(d: usize): void {
  const isPlain = planSteps == 0 && load<u32>(d, D_LINK_TYPE) == LINKTYPE_ETHERNET && plain(d, planDetect)
  if (!isPlain && !longWay(d)) return emptyKey(d)
  const hasKey = planKey == PLAN_FIVE_TUPLE ? fiveTuple(d) : otherKey(d)
  if (!hasKey) return emptyKey(d)
  if (planAnyTag) tagKey(d)
  store<u8>(d, 1, D_MATCHED)
}

/** Layer by layer, for all packets alike. False when the packet can have no flow: a fragment that waits for others. */
function longWay(d: usize): bool {
  beginFragments()
  const matches = takeLayersOff(d)
  return settleFragments(d) && matches
}

/** False when a step of the plan does not match. */
function takeLayersOff(d: usize): bool {
  const frame = <usize>load<u32>(d, D_FRAME)
  beginLayers(frame, <usize>load<u32>(d, D_CAPTURED), <usize>load<u32>(d, D_WIRE))
  beginDescriptor(d)
  let layer = link(d, load<u32>(d, D_LINK_TYPE), frame)
  if (planSteps != 0) {
    layer = runSteps(d, layer, planSteps)
    if (kindOf(layer) == LAYER_STOP) return false
    if (planDetectStep != 0) setPlanPorts(planDetectStep)
  }
  walk(d, layer, planDetect)
  return true
}

/** Makes a key that is not of five parts; false where the packet has none. */
function otherKey(d: usize): bool {
  switch (planKey) {
    case PLAN_IP_PAIR:
      return ipPair(d)
    case PLAN_MAC_PAIR:
      return macPair(d)
    case PLAN_CUSTOM:
      return custom(d)
    default:
      return false
  }
}

function fiveTuple(d: usize): bool {
  if (load<u32>(d, D_NETWORK) == 0) return false
  fiveTupleKey(d)
  return true
}

/** A pair of addresses is no connection: no transport state can be kept for it. */
function ipPair(d: usize): bool {
  if (load<u32>(d, D_NETWORK) == 0) return false
  ipPairKey(d)
  store<u8>(d, <u8>TRANSPORT_NONE, D_TRANSPORT_KIND)
  return true
}

/** The host makes the key; the frame is there for it, or the datagram that was put together of several. */
function custom(d: usize): bool {
  const network = load<u32>(d, D_NETWORK)
  if (network != 0 && <usize>network == wholeDatagram) {
    store<u32>(d, network, D_INNER)
    store<u32>(d, <u32>(wholeEnd - wholeDatagram), D_INNER_LENGTH)
    store<u32>(d, LINKTYPE_RAW, D_INNER_LINK_TYPE)
  }
  emptyKey(d)
  return true
}

/** The stations of the innermost frame that has any: the one inside the last tunnel, else the one captured. */
function macPair(d: usize): bool {
  if (!innerStations(d) && !(planDetect != 0 && outerStations(d))) return false
  macPairKey(d)
  store<u8>(d, 0, D_PROTOCOL)
  store<u8>(d, <u8>TRANSPORT_NONE, D_TRANSPORT_KIND)
  return true
}

function innerStations(d: usize): bool {
  const p = <usize>load<u32>(d, D_INNER)
  resumeLayers(p + <usize>load<u32>(d, D_INNER_LENGTH), 0)
  return stations(load<u32>(d, D_INNER_LINK_TYPE), p)
}

function outerStations(d: usize): bool {
  const p = <usize>load<u32>(d, D_FRAME)
  resumeLayers(p + <usize>load<u32>(d, D_CAPTURED), 0)
  return stations(load<u32>(d, D_LINK_TYPE), p)
}
