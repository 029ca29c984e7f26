import type { Limits } from '@longwire/protocol'
import { overLimit } from './over-limit.ts'

/** Refuses one session more in memory than may be. Those that nobody reads leave it soon, so it helps to come back. */
export function refuseWithoutRoom(inMemory: number, { serverSessions }: Limits): void {
  if (inMemory < serverSessions) return
  throw overLimit('serverSessions', `${serverSessions} sessions are in memory already`, 5_000)
}
