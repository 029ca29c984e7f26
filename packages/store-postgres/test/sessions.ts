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

/** A commit that no other test or writer writes. */
export function commit(...names: readonly (string | number)[]): string {
  return JSON.stringify({ is: names.join(' ') })
}

/** Chance that can be had again: the same numbers from 0 to 1 for the same seed. */
export function chance(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
