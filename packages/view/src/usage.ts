import type { Usage } from '@longwire/protocol'

const FIELDS = ['inputTokens', 'outputTokens', 'reasoningTokens', 'cachedInputTokens', 'cost'] as const

/** The sum of two usages. A field that neither has stays absent. */
export function addUsage(a: Usage, b: Usage | undefined): Usage {
  return b === undefined ? a : combine(a, b, (x, y) => x + y)
}

/** How much `whole` is over `part`, field by field, never below zero. */
export function usageOver(whole: Usage, part: Usage | undefined): Usage {
  return part === undefined ? whole : combine(whole, part, (x, y) => Math.max(0, x - y))
}

function combine(a: Usage, b: Usage, of: (x: number, y: number) => number): Usage {
  const sum: Record<string, number> = {}
  for (const field of FIELDS) {
    if (a[field] !== undefined || b[field] !== undefined) sum[field] = of(a[field] ?? 0, b[field] ?? 0)
  }
  return sum
}
