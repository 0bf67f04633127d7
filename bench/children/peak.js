// Preloaded into a process that is measured: writes its peak resident size in KiB, and its processor time in user mode in
// microseconds, to FLOWSCOPE_BENCH_PEAK.
import { readFileSync, writeFileSync } from 'node:fs'

process.on('exit', () => {
  writeFileSync(process.env.FLOWSCOPE_BENCH_PEAK, `${peak()} ${process.cpuUsage().user}`)
})

function peak() {
  try {
    // getrusage counts what the parent had before exec; this does not.
    return Number(/^VmHWM:\s*(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))[1])
  } catch {
    return process.resourceUsage().maxRSS
  }
}
