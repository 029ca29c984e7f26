import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4Content,
  LanguageModelV4StreamPart,
} from '@ai-sdk/provider'
import { steadyPace, tokensOf } from './pace.ts'
import { type Thought, think } from './thought.ts'

/**
 * A language model with no network and no weights: it reads the prompt, chooses among the tools it is offered, and
 * works out its answer from what they return. The same prompt always gets the same answer.
 */
export function offlineModel(tokenMs = 8): LanguageModelV4 {
  const pace = steadyPace(tokenMs)
  return {
    specificationVersion: 'v4',
    provider: 'offline',
    modelId: 'pair-programmer',
    supportedUrls: {},
    async doGenerate(options) {
      options.abortSignal?.throwIfAborted()
      const thought = thoughtFor(options)
      return { content: contentOf(thought), ...endOf(options, thought), warnings: [] }
    },
    async doStream(options) {
      options.abortSignal?.throwIfAborted()
      return { stream: ReadableStream.from(partsOf(options)) as ReadableStream<LanguageModelV4StreamPart> }
    },
  }

  async function* partsOf(options: LanguageModelV4CallOptions): AsyncGenerator<LanguageModelV4StreamPart> {
    yield { type: 'stream-start', warnings: [] }
    const thought = thoughtFor(options)
    for (const part of contentOf(thought)) {
      if (part.type === 'tool-call') {
        const { toolCallId: id, toolName, input } = part
        await pace.next(options.abortSignal)
        yield { type: 'tool-input-start', id, toolName }
        yield { type: 'tool-input-delta', id, delta: input }
        yield { type: 'tool-input-end', id }
        yield part
      }
      if (part.type !== 'text' && part.type !== 'reasoning') continue
      yield { type: `${part.type}-start`, id: part.type }
      for (const delta of tokensOf(part.text)) {
        await pace.next(options.abortSignal)
        yield { type: `${part.type}-delta`, id: part.type, delta }
      }
      yield { type: `${part.type}-end`, id: part.type }
    }
    yield { type: 'finish', ...endOf(options, thought) }
  }
}

function thoughtFor({ prompt, tools, toolChoice }: LanguageModelV4CallOptions): Thought {
  return think(prompt, toolChoice?.type === 'none' ? [] : (tools ?? []).map(({ name }) => name))
}

function contentOf({ reasoning, calls, text }: Thought): LanguageModelV4Content[] {
  return [
    ...(reasoning ? [{ type: 'reasoning' as const, text: reasoning }] : []),
    ...calls.map(({ id, tool, input }) => ({
      ...{ type: 'tool-call' as const, toolCallId: id, toolName: tool, input: JSON.stringify(input) },
    })),
    ...(text ? [{ type: 'text' as const, text }] : []),
  ]
}

/** Its own tokens counted, the prompt's estimated at four characters each. */
function endOf({ prompt }: LanguageModelV4CallOptions, { reasoning, calls, text }: Thought) {
  const reason = calls.length > 0 ? 'tool-calls' : 'stop'
  const input = Math.ceil(JSON.stringify(prompt).length / 4)
  const [thought, said] = [tokensOf(reasoning).length, tokensOf(text).length]
  const called = calls.reduce((sum, call) => sum + Math.ceil(JSON.stringify(call.input).length / 4), 0)
  return {
    finishReason: { unified: reason, raw: reason },
    usage: {
      inputTokens: { total: input, noCache: input, cacheRead: 0, cacheWrite: 0 },
      outputTokens: { total: thought + said + called, text: said + called, reasoning: thought },
    },
  } as const
}
