import type { JSONValue, LanguageModelV4, LanguageModelV4Message, LanguageModelV4Prompt } from '@ai-sdk/provider'
import type { ToolContext, ToolSet } from '@longwire/agent'
import { z } from 'zod'
import { instructionsFor } from '../instructions.ts'
import { Market } from '../market/market.ts'
import { offlineModel } from '../model/offline-model.ts'
import { marketTools } from '../tools/index.ts'

// A conversation with the model and the real tools, without a server: the loop in its plainest form.

export const market = new Market()
export const tools = marketTools(market)
export const instructions = instructionsFor(market)

/** What a tool gets where nobody watches. */
export const context: ToolContext = {
  call: 'call',
  session: 'session',
  principal: 'tester',
  signal: new AbortController().signal,
  trace: { milestone() {}, note() {}, span: (_label, _options, work) => Promise.resolve(work(context.trace)) },
  progress() {},
}

export interface Called {
  readonly tool: string
  readonly input: Record<string, unknown>
  readonly output: unknown
  readonly error?: string
}

export interface Answer {
  readonly reasoning: string
  readonly called: readonly Called[]
  readonly text: string
  /** Model calls it took. */
  readonly steps: number
}

export interface TalkOptions {
  readonly model?: LanguageModelV4
  readonly tools?: ToolSet
  readonly instructions?: string
}

export class Talk {
  readonly prompt: LanguageModelV4Prompt
  readonly #model: LanguageModelV4
  readonly #tools: ToolSet

  constructor(options: TalkOptions = {}) {
    this.#model = options.model ?? offlineModel({ tokenMs: 0 })
    this.#tools = options.tools ?? tools
    this.prompt = [{ role: 'system', content: options.instructions ?? instructions }]
  }

  /** One turn: says all of `texts`, each in a message of its own, and follows the model until it is done. */
  async ask(...texts: string[]): Promise<Answer> {
    for (const text of texts) this.prompt.push({ role: 'user', content: text === '' ? [] : [{ type: 'text', text }] })
    const called: Called[] = []
    let reasoning = ''
    for (let steps = 1; steps <= 8; steps++) {
      const { content } = await this.#model.doGenerate({ prompt: this.prompt, tools: described(this.#tools) })
      const said: Extract<LanguageModelV4Message, { role: 'assistant' }>['content'] = []
      const results: Extract<LanguageModelV4Message, { role: 'tool' }>['content'] = []
      let text = ''
      for (const part of content) {
        if (part.type === 'reasoning') reasoning += `${part.text}\n\n`
        if (part.type === 'text') text += part.text
        if (part.type === 'text' || part.type === 'reasoning') said.push(part)
        if (part.type !== 'tool-call') continue
        const call = await this.#call(part.toolName, JSON.parse(part.input), part.toolCallId)
        called.push(call)
        said.push({ ...part, input: call.input })
        const output = call.error
          ? { type: 'error-text' as const, value: call.error }
          : { type: 'json' as const, value: JSON.parse(JSON.stringify(call.output)) as JSONValue }
        results.push({ type: 'tool-result', toolCallId: part.toolCallId, toolName: part.toolName, output })
      }
      this.prompt.push({ role: 'assistant', content: said })
      if (results.length === 0) return { reasoning, called, text, steps }
      this.prompt.push({ role: 'tool', content: results })
    }
    throw new Error(`the model was not done after 8 calls: ${texts.join(' / ')}`)
  }

  async #call(name: string, given: Record<string, unknown>, call: string): Promise<Called> {
    const tool = this.#tools[name]
    if (!tool) throw new Error(`the model called ${name}, which it was not offered`)
    try {
      const input = (tool.inputSchema as unknown as z.ZodType).parse(given)
      return { tool: name, input: given, output: await tool.execute!(input, { ...context, call }) }
    } catch (error) {
      return { tool: name, input: given, output: undefined, error: (error as Error).message }
    }
  }
}

function described(set: ToolSet) {
  return Object.entries(set).map(([name, { description, inputSchema }]) => ({
    ...{ type: 'function' as const, name, description },
    inputSchema: z.toJSONSchema(inputSchema as unknown as z.ZodType) as never,
  }))
}
