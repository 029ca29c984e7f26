/** A link to watch that was made on this device and still works. */
export interface SharedLink {
  readonly ticket: string
  /** Milliseconds since 1970. */
  readonly expiresAt: number
}

/** The links to this session that have not run out by `now`, oldest first. The server names tickets to nobody. */
export function linksTo(session: string, now: number): readonly SharedLink[] {
  try {
    const kept = JSON.parse(localStorage.getItem(keyOf(session)) ?? '[]') as readonly SharedLink[]
    return kept.filter(({ expiresAt }) => expiresAt > now)
  } catch {
    return []
  }
}

export function keepLinks(session: string, links: readonly SharedLink[]): void {
  if (links.length === 0) localStorage.removeItem(keyOf(session))
  else localStorage.setItem(keyOf(session), JSON.stringify(links))
}

export function addressOfLink(session: string, { ticket }: SharedLink): string {
  return `${location.origin}/watch/${encodeURIComponent(session)}#${encodeURIComponent(ticket)}`
}

function keyOf(session: string): string {
  return `longwire.links.${session}`
}
