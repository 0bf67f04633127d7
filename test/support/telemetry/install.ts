import { join } from 'node:path'
import { installPackages } from '../install'
import { ROOT } from '../programs'

/** Installs OpenTelemetry's SDK before the tests are collected: which there are depends on whether it is there. */
export default async function install(): Promise<void> {
  const reason = await installPackages(join(ROOT, 'test/opentelemetry'))
  if (reason) console.warn(`Without OpenTelemetry's SDK: ${reason}`)
}
