import type { Commit } from '@longwire/protocol'
import { asked } from '../line/asked.ts'
import type { Stay } from '../line/stay.ts'
import type { ReadLog } from './log-pages.ts'

/** Reads commits of this session over HTTP, as much of them as whoever is here may see. */
export function readLogOf(stay: Stay, session: string): ReadLog {
  return async (after, limit) => {
    const query = new URLSearchParams({ format: 'json', after: String(after), limit: String(limit) })
    const path = `/v1/sessions/${encodeURIComponent(session)}/export?${query}`
    return (await asked<{ events: readonly Commit[] }>(stay, path)).events
  }
}
