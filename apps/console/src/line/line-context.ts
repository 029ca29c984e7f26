import type { Client, LinkState } from '@longwire/client'
import { createContext, useContext, useSyncExternalStore } from 'react'
import type { LiveSessions } from './live-sessions.ts'
import type { Stay } from './stay.ts'

export interface Line {
  readonly client: Client
  readonly live: LiveSessions
  readonly stay: Stay
}

export const LineContext = createContext<Line | undefined>(undefined)

export function useLine(): Line {
  const line = useContext(LineContext)
  if (!line) throw new Error('there is no line here: the page is outside of its LineContext')
  return line
}

/** The state of the line. Another object after every change of it. */
export function useLinkState(): LinkState {
  const { client } = useLine()
  const current = () => client.state
  return useSyncExternalStore(client.subscribe, current, current)
}
