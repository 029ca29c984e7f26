import type { SessionInfo } from '@longwire/client'

/** Why somebody should look at a session. */
export interface Notice {
  readonly kind: 'needs' | 'finished'
  readonly session: SessionInfo
}

/** How many sessions wait for the person. */
export function needing(sessions: readonly SessionInfo[]): number {
  return sessions.filter(({ status }) => status === 'waiting').length
}

/**
 * What became of the sessions since they were looked at last: one that waits now asks for the person, one that was at work
 * and rests has finished. What was not known before is no news.
 */
export function noticesBetween(before: readonly SessionInfo[], now: readonly SessionInfo[]): readonly Notice[] {
  const known = new Map(before.map((info) => [info.session, info.status]))
  return now.flatMap((session): Notice[] => {
    const was = known.get(session.session)
    if (was === undefined || was === session.status) return []
    if (session.status === 'waiting') return [{ kind: 'needs', session }]
    return session.status === 'idle' && (was === 'running' || was === 'waiting') ? [{ kind: 'finished', session }] : []
  })
}
