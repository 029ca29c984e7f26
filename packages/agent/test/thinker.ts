import { z } from 'zod'
import { defineAgent } from '../src/define-agent.ts'
import { type ToolOptions, type ToolSet, tool } from '../src/tool.ts'
import type { scriptedModel } from './scripted-model.ts'

export const add = tool({
  description: 'adds',
  title: 'Add',
  inputSchema: z.object({ a: z.number(), b: z.number() }),
  execute: ({ a, b }) => a + b,
  milestone: ({ a, b }) => `Adding ${a} and ${b}`,
})

/** An agent that thinks with a script, and can add. */
export const thinker = (model: ReturnType<typeof scriptedModel>, tools: ToolSet = { add }, more = {}) =>
  defineAgent({ name: 'a', model, instructions: 'Be brief.', tools, ...more })

/** `add`, but for these. */
export const one = (options: Partial<ToolOptions<never, never>>): ToolSet => ({
  add: tool({ ...add, ...(options as object) }),
})

export function forever(): Promise<never> {
  return new Promise(() => {})
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
