import { Refusal } from '../refusal.ts'
import type { Session } from './session.ts'

/** Whoever reads a session in which nothing has happened for so long is let go; a turn that is open is something. */
export function letIdleReadersGo(session: Session, idleSince: number): void {
  if (session.readers.size === 0 || session.state.turn !== undefined || session.updatedAt > idleSince) return
  for (const reader of [...session.readers]) {
    if (reader.since > idleSince) continue
    const limit = 'sessionIdleMs'
    reader.end(new Refusal('idle', 'nothing has happened in this session for too long: attach again', { limit }))
  }
}
