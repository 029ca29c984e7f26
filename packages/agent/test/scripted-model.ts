import type { LanguageModelV4CallOptions, LanguageModelV4StreamPart } from '@ai-sdk/provider'
import { MockLanguageModelV4 } from 'ai/test'

type Script = readonly LanguageModelV4StreamPart[] | Error

/** A model that says one script after the other, one for each call; an Error is a call that fails. */
export function scriptedModel(...scripts: readonly Script[]) {
  let calls = 0
  const model = new MockLanguageModelV4({
    provider: 'scripted.chat',
    modelId: 'one',
    doStream: async () => {
      const script = scripts[calls++]
      if (!script) throw new Error(`the script has no call ${calls}`)
      if (script instanceof Error) throw script
      return { stream: ReadableStream.from(script) as ReadableStream<LanguageModelV4StreamPart> }
    },
  })
  return model
}

export function says(...deltas: readonly string[]): LanguageModelV4StreamPart[] {
  return [
    { type: 'text-start', id: '0' },
    ...deltas.map((delta) => ({ type: 'text-delta' as const, id: '0', delta })),
    { type: 'text-end', id: '0' },
  ]
}

export function thinks(...deltas: readonly string[]): LanguageModelV4StreamPart[] {
  return [
    { type: 'reasoning-start', id: '0' },
    ...deltas.map((delta) => ({ type: 'reasoning-delta' as const, id: '0', delta })),
    { type: 'reasoning-end', id: '0', providerMetadata: { scripted: { signature: 'sig' } } },
  ]
}

export function calls(id: string, name: string, input: unknown): LanguageModelV4StreamPart[] {
  const text = typeof input === 'string' ? input : JSON.stringify(input)
  const half = Math.ceil(text.length / 2)
  return [
    { type: 'tool-input-start', id, toolName: name },
    { type: 'tool-input-delta', id, delta: text.slice(0, half) },
    { type: 'tool-input-delta', id, delta: text.slice(half) },
    { type: 'tool-input-end', id },
    { type: 'tool-call', toolCallId: id, toolName: name, input: text },
  ]
}

export function done(
  unified: 'stop' | 'tool-calls' | 'length' = 'stop',
  input = 10,
  output = 5,
): LanguageModelV4StreamPart {
  return {
    type: 'finish',
    finishReason: { unified, raw: unified },
    usage: {
      inputTokens: { total: input, noCache: input, cacheRead: undefined, cacheWrite: undefined },
      outputTokens: { total: output, text: output, reasoning: undefined },
    },
  }
}

/** The prompt of a call, without what a test does not ask for. */
export function promptOfCall(model: MockLanguageModelV4, n: number): LanguageModelV4CallOptions['prompt'] {
  return model.doStreamCalls[n]!.prompt
}
