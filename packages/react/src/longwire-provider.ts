import type { Client, Session } from '@longwire/client'
import { createElement, type ReactNode, use, useMemo } from 'react'
import { LongwireContext } from './context.ts'
import type { SessionTarget } from './held-sessions.ts'
import { useHeld } from './hooks/use-held.ts'

export interface LongwireProviderProps {
  /** What `connect(url)` gave; that of the provider above unless given. */
  readonly client?: Client
  /** The session that the components below are about; that of the provider above unless given. */
  readonly session?: SessionTarget | Session
  readonly children?: ReactNode
}

/** Gives the components below a client, a session, or both. */
export function LongwireProvider({ client, session, children }: LongwireProviderProps): ReactNode {
  const above = use(LongwireContext)
  const ofClient = client ?? above.client
  const held = useHeld(ofClient, session)
  const given = useMemo(() => ({ client: ofClient, session: held ?? above.session }), [ofClient, held, above.session])
  return createElement(LongwireContext, { value: given }, children)
}
