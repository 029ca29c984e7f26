import type { Metadata } from './common.ts'

/** The metadata of a session once `changes` are made to it: a field that is null there is taken away. */
export function described(metadata: Metadata, changes: Metadata): Metadata {
  const removed = Object.keys(changes).filter((name) => changes[name] === null)
  const kept = Object.entries({ ...metadata, ...changes }).filter(([name]) => !removed.includes(name))
  return Object.fromEntries(kept)
}
