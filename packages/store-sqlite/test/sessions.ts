import type { NewSession, SessionStore } from '@longwire/store'

export function newSession(key: string, other: Partial<NewSession> = {}): NewSession {
  return { key, session: `session-${key}`, agent: 'analyst', principal: 'ann', metadata: {}, createdAt: 1, ...other }
}

/** The whole log of a session, as texts. */
export async function texts(store: SessionStore, key: string): Promise<string[]> {
  return (await store.read(key, 0, { limit: 1_000_000, bytes: 1e9 })).map((commit) => commit.json)
}

export function range(count: number): number[] {
  return Array.from({ length: count }, (_, n) => n)
}
