/** The addresses of the page. They are pages of the server too: see its list of them. */
export const HOME = '/'

/** Sessions side by side: their ids with commas between. */
export function addressOf(sessions: readonly string[]): string {
  return sessions.length === 0 ? HOME : `/s/${sessions.map(encodeURIComponent).join(',')}`
}

export function sessionsIn(ids: string): readonly string[] {
  return [...new Set(ids.split(',').map(decodeURIComponent).filter(Boolean))]
}
