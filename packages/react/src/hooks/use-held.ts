import type { Client, Session } from '@longwire/client'
import { useEffect, useReducer } from 'react'
import { HeldSessions, type SessionTarget } from '../held-sessions.ts'

/** The session that is meant, held for as long as the component is mounted. One that was made elsewhere is left alone. */
export function useHeld(client: Client | undefined, target: SessionTarget | Session | undefined): Session | undefined {
  const [, again] = useReducer((count: number) => count + 1, 0)
  const own = isSession(target) ? target : undefined
  const wanted = isSession(target) ? undefined : target
  if (wanted !== undefined && !client) throw new Error('no client: put a <LongwireProvider client={…}> around')
  const held = wanted === undefined ? undefined : HeldSessions.of(client!).get(wanted)
  useEffect(() => {
    if (!held) return
    if (!held.isOver) return held.hold()
    again() // it was hidden for so long that the session was let go of
  }, [held])
  return own ?? held?.session
}

function isSession(target: SessionTarget | Session | undefined): target is Session {
  return typeof target === 'object' && 'subscribe' in target
}
