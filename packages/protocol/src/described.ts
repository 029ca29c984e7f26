import type { Metadata } from './common.ts'

/** The metadata of a session once `changes` are made to it: a field that is null there is taken away. */
export function described(metadata: Metadata, changes: Metadata): Metadata {
  const after = { ...metadata, ...changes }
  for (const name in changes) if (changes[name] === null) delete after[name]
  return after
}
