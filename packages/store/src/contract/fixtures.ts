import type { NewSession, ReadBound, SessionRecord, SessionStore } from '../session-store.ts'

/** Gives a story a store of its own, which begins empty. */
export type Holds = (rule: string, story: (store: SessionStore) => Promise<void>) => void

export const ALL: ReadBound = { limit: 100_000, bytes: 1_000_000_000 }
export const MIB = 1024 * 1024

export function newSession(key: string, other: Partial<NewSession> = {}): NewSession {
  return { key, session: `session-${key}`, agent: 'analyst', principal: 'ann', metadata: {}, createdAt: 1, ...other }
}

export function commits(count: number, text = 'x'): string[] {
  return range(count).map((n) => JSON.stringify({ type: 'message.committed', text, n }))
}

export async function texts(store: SessionStore, key: string): Promise<string[]> {
  return (await store.read(key, 0, ALL)).map((commit) => commit.json)
}

export function keys(records: readonly SessionRecord[]): string[] {
  return records.map((record) => record.key)
}

export function range(count: number): number[] {
  return Array.from({ length: count }, (_, n) => n)
}
