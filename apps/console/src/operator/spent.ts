import type { Usage } from '@longwire/protocol'

/** Where nothing was used. */
export const NOTHING = '–'

/** What was used, in a few characters: "12.4k tokens · 0.031". */
export function spent({ inputTokens = 0, outputTokens = 0, cost }: Usage): string {
  const tokens = inputTokens + outputTokens
  if (tokens === 0 && cost === undefined) return NOTHING
  return [`${short(tokens)} tokens`, ...(cost === undefined ? [] : [cost.toFixed(4)])].join(' · ')
}

/** A number in at most five characters: 950, 12.4k, 3.1M. */
export function short(n: number): string {
  if (n < 1_000) return Number.isInteger(n) ? String(n) : n.toFixed(1)
  if (n < 1_000_000) return `${(n / 1_000).toFixed(n < 100_000 ? 1 : 0)}k`
  return `${(n / 1_000_000).toFixed(1)}M`
}

export function bytes(n: number): string {
  if (n < 1_024) return `${n} B`
  return n < 1_048_576 ? `${(n / 1_024).toFixed(1)} KiB` : `${(n / 1_048_576).toFixed(1)} MiB`
}
