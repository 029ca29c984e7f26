import { createHash } from 'node:crypto'

const SERVER_MADE = /^ses_[A-Za-z0-9_-]{43}$/

/** Whether an id looks like one that a server makes. */
export function isServerMade(session: string): boolean {
  return SERVER_MADE.test(session)
}

/**
 * Where the store keeps the session a principal calls by this id. An id of the client's choosing lives in a name space
 * of its principal, so that naming another's id can never reach it.
 */
export function keyOf(principal: string, session: string): string {
  if (isServerMade(session)) return session
  return `own_${createHash('sha256').update(`${principal}\0${session}`).digest('base64url')}`
}
