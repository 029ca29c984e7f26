import type { Session } from '@longwire/client'
import type { SessionView } from '@longwire/view'
import { useSyncExternalStoreWithSelector } from 'use-sync-external-store/with-selector'
import { ShownSession } from '../shown-session.ts'
import { useSession } from './use-session.ts'

export interface ViewOptions<T> {
  /** That of the provider above unless given. */
  readonly session?: Session
  /** Whether two selections show the same: then nothing is rendered. `Object.is` unless given. */
  readonly isEqual?: (before: T, now: T) => boolean
}

/** A part of the session's view. The component is rendered again when that part is another one, and not before. */
export function useView<T>(
  selector: (view: SessionView) => T,
  { session, isEqual = Object.is }: ViewOptions<T> = {},
): T {
  const shown = ShownSession.of(useSession(session))
  return useSyncExternalStoreWithSelector(shown.subscribe, shown.getView, shown.getFirstView, selector, isEqual)
}
