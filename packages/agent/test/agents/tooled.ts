import { defineAgent, tool } from '@longwire/agent'
import { MockLanguageModelV4 } from 'ai/test'
import { z } from 'zod'

const search = tool({
  title: 'Search',
  description: 'searches',
  inputSchema: z.object({ query: z.string().describe('what for'), limit: z.number().default(3) }),
  execute: () => null,
})

export default [
  defineAgent({
    name: 'tooled',
    description: 'Has a tool.',
    model: new MockLanguageModelV4({ provider: 'mock.chat', modelId: 'm' }),
    tools: { search },
    examples: ['Search!'],
  }),
  defineAgent({ name: 'bare', run: () => {} }),
]
