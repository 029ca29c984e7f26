import type { LanguageModelV4 } from '@ai-sdk/provider'
import type { Usage } from '@longwire/protocol'
import { describeModel } from '../model/model.ts'

/** What a model costs, in any one currency. */
export interface Price {
  readonly inputPerMillion: number
  readonly outputPerMillion: number
  /** Input that the provider read from its cache; as other input unless given. */
  readonly cachedInputPerMillion?: number
}

/** Prices by model: `provider:model` as the agent names it, or the provider's own id of the model. */
export type Prices = { readonly [model: string]: Price }

type NamedModel = Pick<LanguageModelV4, 'provider' | 'modelId'>

export function priceOf(prices: Prices | undefined, model: NamedModel): Price | undefined {
  const names = [describeModel(model as LanguageModelV4), model.modelId]
  const named = names.find((name) => prices && Object.hasOwn(prices, name))
  if (named !== undefined) return prices![named]
  // The author wrote `bedrock:…`, and the provider calls itself `amazon-bedrock`.
  return Object.entries(prices ?? {}).find(([name]) => name.slice(name.indexOf(':') + 1) === model.modelId)?.[1]
}

/** The usage with its cost, where the model has a price and the provider said what it used. */
export function withCost(usage: Usage, price: Price | undefined): Usage {
  if (!price || (usage.inputTokens === undefined && usage.outputTokens === undefined)) return usage
  const { inputTokens = 0, outputTokens = 0, cachedInputTokens = 0 } = usage
  const cached = Math.min(cachedInputTokens, inputTokens)
  const input = (inputTokens - cached) * price.inputPerMillion
  const fromCache = cached * (price.cachedInputPerMillion ?? price.inputPerMillion)
  return { ...usage, cost: (input + fromCache + outputTokens * price.outputPerMillion) / 1_000_000 }
}
