import type { LanguageModelV2, LanguageModelV3, LanguageModelV4 } from '@ai-sdk/provider'

/** A model to think with: any language model of the AI SDK, or `provider:model` for one that `resolveModel` knows. */
export type Model = LanguageModelV4 | LanguageModelV3 | LanguageModelV2 | string

/** The model as a person would name it: `anthropic:claude-sonnet-4-5`. */
export function describeModel(model: Model): string {
  if (typeof model === 'string') return model
  // The AI SDK says `openai.chat`, `anthropic.messages`: which door of the provider is of no interest here.
  return `${model.provider.split('.')[0]}:${model.modelId}`
}
