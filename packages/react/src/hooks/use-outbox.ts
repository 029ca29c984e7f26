import type { Session, Unsent } from '@longwire/client'
import { useSyncExternalStore } from 'react'
import { ShownSession } from '../shown-session.ts'
import { useSession } from './use-session.ts'

/** What was sent and is not in the log yet, in order: it waits for the line, or for the server's answer. */
export function useOutbox({ session }: { readonly session?: Session } = {}): readonly Unsent[] {
  const shown = ShownSession.of(useSession(session))
  return useSyncExternalStore(shown.subscribe, shown.getOutbox, shown.getFirstOutbox)
}
