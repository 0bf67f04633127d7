import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Runs one thing at a time, of all processes that name the same folder: test files run in processes of their own, and
 * share what is installed and packed. A lock whose holder is gone is taken over.
 */
export async function withLock<T>(folder: string, action: () => Promise<T>): Promise<T> {
  await mkdir(dirname(folder), { recursive: true })
  while (!(await take(folder))) await sleep(100)
  try {
    return await action()
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function take(folder: string): Promise<boolean> {
  const holder = join(folder, 'pid')
  try {
    await mkdir(folder)
    await writeFile(holder, String(process.pid))
    return true
  } catch {
    const pid = Number(await readFile(holder, 'utf8').catch(() => ''))
    if (pid > 0 && !isAlive(pid)) await rm(folder, { recursive: true, force: true })
    return false
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
