import { useEffect, useMemo, useSyncExternalStore } from 'react'
import { useLine } from './line-context.ts'
import type { LiveSession, LiveState } from './live-session.ts'

/** The session of this id, followed for as long as the component is there. */
export function useLive(id: string): LiveSession {
  const { live } = useLine()
  useEffect(() => live.use(id), [live, id])
  return useMemo(() => live.get(id), [live, id])
}

export function useLiveState(live: LiveSession): LiveState {
  const current = () => live.state
  return useSyncExternalStore(live.subscribe, current, current)
}
