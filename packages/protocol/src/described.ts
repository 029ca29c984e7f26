import type { Metadata } from './common.ts'

/** The metadata of a session once `changes` are made to it: a field that is null there is taken away. */
export function described(metadata: Metadata, changes: Metadata): Metadata {
  const fields = Object.entries({ ...metadata, ...changes })
  return Object.fromEntries(fields.filter(([name]) => changes[name] !== null))
}
