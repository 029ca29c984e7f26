import { useEffect } from 'react'
import { useSessions } from '../sessions/session-list-context.ts'
import { needing } from './attention.ts'
import { titleWith } from './badge.ts'

/** The title of the page, with how many sessions wait for the person. */
export function usePageTitle(title: string): void {
  const { sessions } = useSessions()
  const count = needing(sessions)
  useEffect(() => {
    document.title = titleWith(title === '' ? 'Longwire' : `${title} · Longwire`, count)
  }, [title, count])
}
