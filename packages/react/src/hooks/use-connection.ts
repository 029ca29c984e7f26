import type { LinkState } from '@longwire/client'
import { useSyncExternalStore } from 'react'
import { useClient } from './use-client.ts'

const IDLE: LinkState = { kind: 'idle' }

/** The line as it is now: idle, connecting, online, waiting (until when, and why), or closed (with what error). */
export function useConnection(): LinkState {
  const client = useClient()
  return useSyncExternalStore(
    client.subscribe,
    () => client.state,
    () => IDLE,
  )
}
