import type { LongwireError } from '@longwire/client'
import { useClient, useSession, useSessionState, useView } from '@longwire/react'
import type { SessionView } from '@longwire/view'
import { useMemo, useSyncExternalStore } from 'react'
import { LiveSession, type Passing } from './live-session.ts'

export interface LiveState extends Passing {
  readonly view: SessionView
  /** The server has told what the session is. */
  readonly isLoaded: boolean
  readonly error?: LongwireError | undefined
}

/** The session of this id, followed closely enough for the tree of a turn, for as long as the component is there. */
export function useLive(id: string): LiveSession {
  const client = useClient()
  const session = useSession(useMemo(() => ({ session: id, trace: 'detail', presence: true }) as const, [id]))
  return LiveSession.of(client, session)
}

export function useLiveState(live: LiveSession): LiveState {
  const { session } = live
  const view = useView(whole, { session })
  const { status, error } = useSessionState(session)
  const passing = useSyncExternalStore(live.subscribe, live.getPassing)
  return useMemo(() => ({ ...passing, view, isLoaded: status === 'ready', error }), [passing, view, status, error])
}

function whole(view: SessionView): SessionView {
  return view
}
