import { expect, test } from 'vitest'
import { describeModel } from '../src/model/model.ts'
import { ModelUnavailable, resolveModel } from '../src/model/resolve-model.ts'

test.each([
  ['anthropic:claude-x', { ANTHROPIC_API_KEY: 'k' }, 'anthropic'],
  ['openai:gpt-x', { OPENAI_API_KEY: 'k' }, 'openai'],
  ['google:gemini-x', { GEMINI_API_KEY: 'k' }, 'google'],
  ['bedrock:anthropic.claude-x-v2:0', { AWS_REGION: 'us-east-1', AWS_BEARER_TOKEN_BEDROCK: 'k' }, 'amazon-bedrock'],
  ['openai-compatible:m', { LONGWIRE_BASE_URL: 'http://localhost:1/v1' }, 'openai-compatible'],
  ['ollama:llama3:8b', {}, 'ollama'],
])('[G4] %s is a model of that provider', async (name, env, provider) => {
  const model = await resolveModel(name, env)
  expect(model.specificationVersion).toBe('v4')
  expect(model.modelId).toBe(name.slice(name.indexOf(':') + 1))
  expect(describeModel(model).split(':')[0]).toContain(provider)
})

test.each([
  ['anthropic:claude-x', 'ANTHROPIC_API_KEY'],
  ['openai:gpt-x', 'OPENAI_API_KEY'],
  ['google:gemini-x', 'GOOGLE_GENERATIVE_AI_API_KEY'],
  ['bedrock:x', 'AWS_REGION and AWS_BEARER_TOKEN_BEDROCK, or AWS_REGION and AWS_ACCESS_KEY_ID'],
  ['openai-compatible:x', 'LONGWIRE_BASE_URL'],
])('[G4] %s without its key names the variable that would hold it', async (name, variable) => {
  const refused = resolveModel(name, {})
  await expect(refused).rejects.toThrow(ModelUnavailable)
  await expect(refused).rejects.toThrow(variable)
})

test.each(['nope:x', 'claude', 'anthropic:', ':x', 'constructor:x'])(
  '[G4] «%s» is refused with the providers that are known',
  async (name) => {
    await expect(resolveModel(name, {})).rejects.toThrow(
      `«${name}» names no model: write provider:model with one of these providers: anthropic, openai, google, bedrock, openai-compatible, ollama`,
    )
  },
)
