import type { JSONValue, LanguageModelV4Prompt } from '@ai-sdk/provider'
import type { ToolContext, ToolSet } from '@longwire/agent'
import type { z } from 'zod'
import { offlineModel } from '../model/offline-model.ts'
import { editingTools, readingTools } from '../tools/index.ts'
import type { Workspace } from '../workspace/workspace.ts'

// A conversation with the model and the real tools on a real folder, without a server: the loop in its plainest form.

export interface Approved {
  readonly approved: boolean
  readonly reason?: string
}

export class Talk {
  readonly called: { readonly tool: string; readonly input: unknown }[] = []
  readonly #prompt: LanguageModelV4Prompt = []
  readonly #tools: ToolSet
  readonly #steers: string[] = []

  /** `judge` is the person who is asked about each change. */
  constructor(
    workspace: Workspace,
    judge: (path: string, diff: string) => Approved = () => ({ approved: true }),
    testMs = 8_000,
  ) {
    const approval = async ({ input }: { input: { path: string; diff: string } }) => judge(input.path, input.diff)
    const turn = { step: async (_: string, work: () => unknown) => work(), request: { approval } }
    const limits = { ms: testMs, bytes: 131_072 }
    this.#tools = { ...readingTools(() => workspace, limits), ...editingTools(() => workspace, turn as never) }
  }

  /** Says this after the next step of the model. */
  steer(text: string): void {
    this.#steers.push(text)
  }

  async ask(text: string): Promise<string> {
    this.#say(text)
    const tools = Object.keys(this.#tools).map((name) => ({ type: 'function' as const, name, inputSchema: {} }))
    for (let steps = 0; steps < 40; steps++) {
      const { content } = await offlineModel(0).doGenerate({ prompt: this.#prompt, tools })
      const calls = content.filter((part) => part.type === 'tool-call')
      const said = content.filter((part) => part.type === 'text' || part.type === 'reasoning')
      const named = calls.map((call) => ({ ...call, input: JSON.parse(call.input) as unknown }))
      this.#prompt.push({ role: 'assistant', content: [...said, ...named] })
      if (calls.length === 0) return said.map((part) => part.text).join('')
      const results = await Promise.all(named.map((call) => this.#call(call.toolCallId, call.toolName, call.input)))
      this.#prompt.push({ role: 'tool', content: results })
      for (const steer of this.#steers.splice(0)) this.#say(steer)
    }
    throw new Error('the model was not done after 40 calls')
  }

  #say(text: string): void {
    this.#prompt.push({ role: 'user', content: [{ type: 'text', text }] })
  }

  async #call(toolCallId: string, toolName: string, given: unknown) {
    this.called.push({ tool: toolName, input: given })
    const result = { type: 'tool-result' as const, toolCallId, toolName }
    const { inputSchema, execute } = this.#tools[toolName]!
    try {
      const input = (inputSchema as unknown as z.ZodType).parse(given)
      const output: unknown = await execute!(input, context)
      return { ...result, output: { type: 'json' as const, value: JSON.parse(JSON.stringify(output)) as JSONValue } }
    } catch (error) {
      return { ...result, output: { type: 'error-text' as const, value: (error as Error).message } }
    }
  }
}

const context: ToolContext = {
  ...{ call: 'call', session: 'session', principal: 'tester', signal: new AbortController().signal },
  trace: { milestone() {}, note() {}, span: (_label, _options, work) => Promise.resolve(work(context.trace)) },
  progress() {},
}
