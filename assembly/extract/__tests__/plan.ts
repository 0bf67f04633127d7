import {
  D_MATCHED,
  PLAN_CODE,
  PLAN_DIRECTIONAL,
  PLAN_MASK,
  PLAN_MAX,
  PLAN_OPERATION_SIZE,
  PLAN_PORT,
  PLAN_VXLAN_PORT,
} from '../../layout'
import { D, present } from '../../packet/__tests__/frame'
import { compilePlan, extract } from '../extract'

// Plans as the host writes them.

const PLAN: usize = memory.data(256, 8)
let operations: usize = 0

/** Begins a plan. */
export function beginPlan(): void {
  memory.fill(PLAN, 0, PLAN_MAX * PLAN_OPERATION_SIZE)
  operations = 0
}

/** Appends an operation and returns its address. */
export function operation(code: u32): usize {
  const address = PLAN + operations * PLAN_OPERATION_SIZE
  operations += 1
  store<u8>(address, <u8>code, PLAN_CODE)
  return address
}

export function portOperation(code: u32, port: u32): void {
  store<u16>(operation(code), <u16>port, PLAN_PORT)
}

/** Auto-detection of what the mask names, VXLAN on this port. */
export function detectOperation(code: u32, mask: u32, vxlanPort: u32 = 0): void {
  const address = operation(code)
  store<u32>(address, mask, PLAN_MASK)
  store<u16>(address, <u16>vxlanPort, PLAN_VXLAN_PORT)
}

/** Ends the plan with this operation. */
export function usePlan(key: u32, flags: u32 = 0, directional: bool = false): void {
  store<u8>(operation(key), <u8>directional, PLAN_DIRECTIONAL)
  compilePlan(PLAN, flags)
}

/** A plan of one operation. */
export function useKey(key: u32, flags: u32 = 0, directional: bool = false): void {
  beginPlan()
  usePlan(key, flags, directional)
}

/** Runs the plan on the frame written last. */
export function extracted(linkType: u32 = 1, captured: usize = 1 << 30): bool {
  present(linkType, captured)
  extract(D)
  return load<u8>(D, D_MATCHED) == 1
}
