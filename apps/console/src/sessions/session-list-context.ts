import { createContext, useContext, useSyncExternalStore } from 'react'
import type { SessionList, SessionListState } from './session-list.ts'

export const SessionListContext = createContext<SessionList | undefined>(undefined)

export function useSessionList(): SessionList {
  const list = useContext(SessionListContext)
  if (!list) throw new Error('there is no list of sessions here')
  return list
}

export function useSessions(): SessionListState {
  const list = useSessionList()
  const current = () => list.state
  return useSyncExternalStore(list.subscribe, current, current)
}
