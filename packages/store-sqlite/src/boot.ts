import { readFileSync } from 'node:fs'
import { uptime } from 'node:os'

const PERIOD_MS = 120_000

/** Names the current run of the machine: the same until it is started anew. */
export function readBoot(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  } catch {
    // Where the kernel gives no name: the time it started at, coarse because the clock is set now and then. Naming one
    // run twice costs readers a snapshot; naming two runs alike would need two starts within the period.
    return `started-${Math.round((Date.now() - uptime() * 1_000) / PERIOD_MS)}`
  }
}
