import type { AgentLike, Session } from '@longwire/client'
import { use, useSyncExternalStore } from 'react'
import { LongwireContext } from '../context.ts'
import type { SessionTarget } from '../held-sessions.ts'
import { type SessionState, ShownSession } from '../shown-session.ts'
import { useHeld } from './use-held.ts'

/**
 * The session that is meant, or that of the provider above. It is the same object for as long as it is the same session:
 * what changes is read with the other hooks. It is joined at once, shared with all that mean the same, and let go of a
 * moment after the last of them is gone.
 */
export function useSession<A extends AgentLike = AgentLike>(target?: SessionTarget | Session<A>): Session<A> {
  const { client, session: above } = use(LongwireContext)
  const session = useHeld(client, target as SessionTarget | Session) ?? above
  if (!session) throw new Error('no session: name one, or put a <LongwireProvider session={…}> around')
  return session as unknown as Session<A>
}

/** As `useSession`, and suspends until the session is there. Throws its error where it cannot be had. */
export function useReadySession<A extends AgentLike = AgentLike>(target?: SessionTarget | Session<A>): Session<A> {
  const session = useSession<A>(target)
  const shown = session as unknown as Session
  const { error } = useSessionState(shown)
  if (error) throw error
  use(ShownSession.of(shown).ready)
  return session
}

/** Whether the session is there, and under which id. */
export function useSessionState(session?: Session): SessionState {
  const shown = ShownSession.of(useSession(session))
  return useSyncExternalStore(shown.subscribe, shown.getState, shown.getFirstState)
}
