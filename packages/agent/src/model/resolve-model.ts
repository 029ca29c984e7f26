import type { LanguageModelV2, LanguageModelV3, LanguageModelV4 } from '@ai-sdk/provider'
import type { Model } from './model.ts'

/** Why a model cannot be thought with: what an operator has to set or mend. */
export class ModelUnavailable extends Error {
  override readonly name = 'ModelUnavailable'
}

type Env = Readonly<Record<string, string | undefined>>

interface Provider {
  /** Sets of environment variables, one of which must be there in full. */
  readonly needs: readonly (readonly string[])[]
  load(model: string, env: Env): Promise<LanguageModelV4>
}

/** The providers that `provider:model` may name. Each is loaded when it is first asked for. */
const PROVIDERS: Readonly<Record<string, Provider>> = {
  anthropic: {
    needs: [['ANTHROPIC_API_KEY'], ['ANTHROPIC_AUTH_TOKEN']],
    async load(model, env) {
      const { createAnthropic } = await import('@ai-sdk/anthropic')
      const identity = env.ANTHROPIC_API_KEY
        ? { apiKey: env.ANTHROPIC_API_KEY }
        : { authToken: env.ANTHROPIC_AUTH_TOKEN! }
      return createAnthropic({ ...identity, ...baseUrl(env.ANTHROPIC_BASE_URL) })(model)
    },
  },
  openai: {
    needs: [['OPENAI_API_KEY']],
    async load(model, env) {
      const { createOpenAI } = await import('@ai-sdk/openai')
      return createOpenAI({ apiKey: env.OPENAI_API_KEY!, ...baseUrl(env.OPENAI_BASE_URL) })(model)
    },
  },
  google: {
    needs: [['GOOGLE_GENERATIVE_AI_API_KEY'], ['GEMINI_API_KEY']],
    async load(model, env) {
      const { createGoogleGenerativeAI } = await import('@ai-sdk/google')
      return createGoogleGenerativeAI({ apiKey: (env.GOOGLE_GENERATIVE_AI_API_KEY ?? env.GEMINI_API_KEY)! })(model)
    },
  },
  bedrock: {
    needs: [
      ['AWS_REGION', 'AWS_BEARER_TOKEN_BEDROCK'],
      ['AWS_REGION', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'],
    ],
    async load(model, env) {
      const { createAmazonBedrock } = await import('@ai-sdk/amazon-bedrock')
      return createAmazonBedrock({ region: env.AWS_REGION! })(model)
    },
  },
  'openai-compatible': {
    needs: [['LONGWIRE_BASE_URL']],
    async load(model, env) {
      const { createOpenAICompatible } = await import('@ai-sdk/openai-compatible')
      return createOpenAICompatible({
        name: 'openai-compatible',
        baseURL: env.LONGWIRE_BASE_URL!,
        includeUsage: true,
        ...(env.LONGWIRE_API_KEY ? { apiKey: env.LONGWIRE_API_KEY } : {}),
      })(model)
    },
  },
  ollama: {
    needs: [],
    async load(model, env) {
      const { createOpenAICompatible } = await import('@ai-sdk/openai-compatible')
      return createOpenAICompatible({ name: 'ollama', baseURL: ollamaUrl(env.OLLAMA_HOST), includeUsage: true })(model)
    },
  },
}

/**
 * The model that `model` names or is. Rejects with `ModelUnavailable` where the provider is not known (and says which
 * are) or where its key is missing (and says which environment variable holds it).
 */
export async function resolveModel(model: Model, env: Env = process.env): Promise<LanguageModelV4> {
  if (typeof model !== 'string') return model.specificationVersion === 'v4' ? model : adapted(model)
  const [, name, id] = /^([^:]+):(.+)$/.exec(model) ?? []
  const provider = name !== undefined && Object.hasOwn(PROVIDERS, name) ? PROVIDERS[name] : undefined
  if (!provider || !id) {
    const known = Object.keys(PROVIDERS).join(', ')
    throw new ModelUnavailable(`«${model}» names no model: write provider:model with one of these providers: ${known}`)
  }
  const { needs } = provider
  if (needs.length > 0 && !needs.some((set) => set.every((variable) => env[variable]))) {
    throw new ModelUnavailable(`the model ${model} needs the environment variable ${needs.map(listed).join(', or ')}`)
  }
  return provider.load(id, env)
}

/** A model of an older interface, by the AI SDK's own adapter. */
async function adapted(model: LanguageModelV2 | LanguageModelV3): Promise<LanguageModelV4> {
  const { wrapLanguageModel } = await import('ai')
  return wrapLanguageModel({ model, middleware: [] })
}

function listed(variables: readonly string[]): string {
  return variables.join(' and ')
}

function baseUrl(url: string | undefined): { readonly baseURL?: string } {
  return url ? { baseURL: url } : {}
}

/** Ollama's own variable holds a host, with or without scheme and port. */
function ollamaUrl(host: string | undefined): string {
  const url = new URL(/^https?:\/\//.test(host ?? '') ? host! : `http://${host || '127.0.0.1'}`)
  if (!url.port && !/:\d+/.test(host ?? '')) url.port = '11434'
  return `${url.origin}/v1`
}
