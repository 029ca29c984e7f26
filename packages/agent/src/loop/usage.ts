import type { LanguageModelV4Usage } from '@ai-sdk/provider'
import type { Usage } from '@longwire/protocol'

/** What one model call used, in the protocol's words. What the provider did not say is left out. */
export function usageOf(used: LanguageModelV4Usage): Usage {
  return {
    ...given('inputTokens', used.inputTokens?.total),
    ...given('outputTokens', used.outputTokens?.total),
    ...given('reasoningTokens', used.outputTokens?.reasoning),
    ...given('cachedInputTokens', used.inputTokens?.cacheRead),
  }
}

export function sumUsage(a: Usage | undefined, b: Usage): Usage {
  if (!a) return b
  const sum: { [name in keyof Usage]: number } = {}
  for (const name of ['inputTokens', 'outputTokens', 'reasoningTokens', 'cachedInputTokens', 'cost'] as const) {
    if (a[name] !== undefined || b[name] !== undefined) sum[name] = (a[name] ?? 0) + (b[name] ?? 0)
  }
  return sum
}

function given(name: keyof Usage, value: number | undefined): Usage {
  return value === undefined || !Number.isFinite(value) || value < 0 ? {} : { [name]: value }
}
