import type { Clock } from '../clock.ts'

/** Names for the commands of one peer, that no other command of any session has. */
export function commandIds(clock: Clock): () => string {
  const peer = clock.randomId().slice(0, 22)
  let made = 0
  return () => `${peer}-${++made}`
}
