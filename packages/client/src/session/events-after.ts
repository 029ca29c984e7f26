import type { EventPage } from '../doors.ts'
import type { Session } from './session.ts'

/** What the server has of the session after a place, as far as this handle may see it. */
export async function eventsAfter({ line, id, log, filtering }: Session, after: string): Promise<EventPage> {
  return (await line.doors()).events(id, { ...filtering, log, after, replay: 'all' })
}
