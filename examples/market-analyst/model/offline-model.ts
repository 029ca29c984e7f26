import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4Content,
  LanguageModelV4FinishReason,
  LanguageModelV4StreamPart,
  LanguageModelV4Usage,
  SharedV4Warning,
} from '@ai-sdk/provider'
import { type Pace, steadyPace, tokensOf } from './pace.ts'
import { type Thought, think } from './thought.ts'

export interface OfflineModelOptions {
  /** Milliseconds a token unless a pace is given; 8 unless given. */
  readonly tokenMs?: number
  readonly pace?: Pace
}

/**
 * A language model with no network and no weights: it reads the prompt, chooses among the tools it is offered, and
 * writes its answer from what they return. The same prompt always gets the same answer.
 */
export function offlineModel({ tokenMs = 8, pace = steadyPace(tokenMs) }: OfflineModelOptions = {}): LanguageModelV4 {
  return {
    specificationVersion: 'v4',
    provider: 'offline',
    modelId: 'market-analyst',
    supportedUrls: {},
    async doGenerate(options) {
      options.abortSignal?.throwIfAborted()
      const thought = thoughtFor(options)
      return {
        content: contentOf(thought),
        finishReason: finishOf(thought),
        usage: usageOf(options, thought),
        warnings: warningsOf(options),
      }
    },
    async doStream(options) {
      options.abortSignal?.throwIfAborted()
      return { stream: ReadableStream.from(partsOf(options, pace)) as ReadableStream<LanguageModelV4StreamPart> }
    },
  }
}

/** As an environment variable or the like gives it. Throws a `RangeError` when it is no number of milliseconds. */
export function tokenMsFrom(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined
  const ms = Number(text)
  if (!Number.isFinite(ms) || ms < 0 || ms > 10_000) {
    throw new RangeError(`«${text}» is no time for a token: give milliseconds from 0 to 10000`)
  }
  return ms
}

function thoughtFor({ prompt, tools, toolChoice }: LanguageModelV4CallOptions): Thought {
  const offered = toolChoice?.type === 'none' ? [] : (tools ?? []).map(({ name }) => name)
  return think(prompt, toolChoice?.type === 'tool' ? offered.filter((name) => name === toolChoice.toolName) : offered)
}

async function* partsOf(options: LanguageModelV4CallOptions, pace: Pace): AsyncGenerator<LanguageModelV4StreamPart> {
  const { abortSignal: signal } = options
  yield { type: 'stream-start', warnings: warningsOf(options) }
  const thought = thoughtFor(options)
  if (thought.reasoning) {
    yield { type: 'reasoning-start', id: 'reasoning' }
    for (const delta of tokensOf(thought.reasoning)) {
      await pace.next(signal)
      yield { type: 'reasoning-delta', id: 'reasoning', delta }
    }
    yield { type: 'reasoning-end', id: 'reasoning' }
  }
  for (const { id, tool, input } of thought.calls) {
    await pace.next(signal)
    const json = JSON.stringify(input)
    yield { type: 'tool-input-start', id, toolName: tool }
    yield { type: 'tool-input-delta', id, delta: json }
    yield { type: 'tool-input-end', id }
    yield { type: 'tool-call', toolCallId: id, toolName: tool, input: json }
  }
  if (thought.text) {
    yield { type: 'text-start', id: 'text' }
    for (const delta of tokensOf(thought.text)) {
      await pace.next(signal)
      yield { type: 'text-delta', id: 'text', delta }
    }
    yield { type: 'text-end', id: 'text' }
  }
  yield { type: 'finish', finishReason: finishOf(thought), usage: usageOf(options, thought) }
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

function finishOf({ calls }: Thought): LanguageModelV4FinishReason {
  return calls.length > 0 ? { unified: 'tool-calls', raw: 'tool-calls' } : { unified: 'stop', raw: 'stop' }
}

/** Its own tokens counted, the prompt's estimated at four characters each. */
function usageOf({ prompt }: LanguageModelV4CallOptions, { reasoning, calls, text }: Thought): LanguageModelV4Usage {
  const input = Math.ceil(JSON.stringify(prompt).length / 4)
  const [thought, said] = [tokensOf(reasoning).length, tokensOf(text).length]
  const called = calls.reduce((sum, call) => sum + Math.ceil(JSON.stringify(call.input).length / 4), 0)
  return {
    inputTokens: { total: input, noCache: input, cacheRead: 0, cacheWrite: 0 },
    outputTokens: { total: thought + said + called, text: said + called, reasoning: thought },
  }
}

function warningsOf({ responseFormat, toolChoice, stopSequences }: LanguageModelV4CallOptions): SharedV4Warning[] {
  const unsupported = [
    ...(responseFormat?.type === 'json' ? ['responseFormat'] : []),
    ...(toolChoice?.type === 'required' ? ['toolChoice required'] : []),
    ...(stopSequences?.length ? ['stopSequences'] : []),
  ]
  return unsupported.map((feature) => ({ type: 'unsupported', feature }))
}
