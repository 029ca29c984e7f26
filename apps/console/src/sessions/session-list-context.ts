import { createContext, useContext, useSyncExternalStore } from 'react'
import type { SessionList, SessionListState } from './session-list.ts'

export const SessionListContext = createContext<SessionList | undefined>(undefined)

export function useSessionList(): SessionList {
  const list = useContext(SessionListContext)
  if (!list) throw new Error('there is no list of sessions here')
  return list
}

/** What this list holds now; the one of the page unless given. */
export function useSessions(given?: SessionList): SessionListState {
  const ofPage = useSessionList()
  const list = given ?? ofPage
  const current = () => list.state
  return useSyncExternalStore(list.subscribe, current, current)
}
