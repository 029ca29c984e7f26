import type { EventOf } from '@longwire/protocol'
import type { SessionRecord, SessionStore } from '@longwire/store'
import { canonical } from './command-digest.ts'
import type { WantedFork } from './fork.ts'
import type { ReadSession } from './read-session.ts'
import { isServerMade } from './session-key.ts'
import type { OpenSession } from './sessions.ts'

/** Whether this session is what an `open` with the same id would make. What was kept with it may have changed since. */
export async function isSameOpen(store: SessionStore, made: SessionRecord, wanted: OpenSession): Promise<boolean> {
  const { agent, session, metadata = {} } = wanted
  const isNamedSo = session === undefined ? isServerMade(made.session) : session === made.session
  if (!isNamedSo || agent !== made.agent) return false
  if (canonical(metadata) === canonical(made.metadata)) return true
  const [first] = await store.read(made.key, 0, { limit: 1, bytes: 1 })
  if (!first) return false
  return canonical(metadata) === canonical((JSON.parse(first.json) as EventOf<'session.opened'>).metadata)
}

/** Whether this session is the fork that is wanted: where it comes from never changes. */
export function isSameFork(made: SessionRecord, source: ReadSession, { at, session }: WantedFork): boolean {
  const isNamedSo = session === undefined ? isServerMade(made.session) : session === made.session
  return isNamedSo && canonical(made.metadata.forkedFrom ?? null) === canonical({ session: source.id, at: String(at) })
}
