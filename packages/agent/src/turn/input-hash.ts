import { hash } from 'node:crypto'

/** What an approval is bound to: the same for the same JSON, however its keys are ordered. */
export function inputHash(input: unknown): string {
  return hash('sha256', canonical(input), 'base64url').slice(0, 22)
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, each: unknown) =>
    each !== null && typeof each === 'object' && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  )
}
