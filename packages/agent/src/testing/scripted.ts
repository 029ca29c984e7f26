import { APICallError, type LanguageModelV4, type LanguageModelV4StreamPart } from '@ai-sdk/provider'
import type { Json } from '@longwire/protocol'
import type { TestClock } from './test-clock.ts'

/** A piece of what a model says in one call. */
export type Piece =
  | { readonly kind: 'text' | 'reasoning'; readonly deltas: readonly string[] }
  | { readonly kind: 'call'; readonly name: string; readonly input: Json; readonly id?: string | undefined }
  | { readonly kind: 'fault'; readonly error: Error }
  | { readonly kind: 'stall' }
  | { readonly kind: 'end'; readonly reason: FinishReason; readonly used: UsedTokens }

export type FinishReason = 'stop' | 'length' | 'tool-calls' | 'content-filter'
export interface UsedTokens {
  readonly input?: number
  readonly output?: number
}

/** What a model does when it is called once: a text, or pieces in their order. */
export type Script = string | Piece | readonly Piece[]

/** A model call as a script may look at it. */
export interface ScriptedCall {
  /** 1 for the first call of the turn; a call that is made again after a crash keeps its number. */
  readonly n: number
  readonly prompt: Parameters<LanguageModelV4['doStream']>[0]['prompt']
  readonly tools: readonly string[]
}

export const says = (...deltas: readonly string[]): Piece => ({ kind: 'text', deltas })
export const thinks = (...deltas: readonly string[]): Piece => ({ kind: 'reasoning', deltas })
export const calls = (name: string, input: Json = {}, id?: string): Piece => ({ kind: 'call', name, input, id })
/** The model says nothing more. The time passes until somebody loses patience. */
export const stalls = (): Piece => ({ kind: 'stall' })
/** The call breaks off here: with an HTTP status, as a provider answers, or with an error of any kind. */
export const fails = (why: number | Error): Piece => ({
  kind: 'fault',
  error: typeof why === 'number' ? httpFault(why) : why,
})
/** How the call ends, and what it used; `stop` or `tool-calls` and 10 tokens in, 5 out, unless said. */
export const ends = (reason: FinishReason, used: UsedTokens = {}): Piece => ({ kind: 'end', reason, used })

/** A model that says what a test wrote. */
export interface ScriptedModel extends LanguageModelV4 {
  /** Every call that was made, those that were cut off among them. */
  readonly calls: readonly ScriptedCall[]
  /** The harness sets which clock a stall waits by. */
  clock: TestClock | undefined
  /** The call that was made last is in the log. */
  keep(): void
  /** What is not in the log is said again. */
  rewind(): void
}

/**
 * Says one script after the other, one for each model call. A function is asked for the script of each call, which is
 * the way to write it where model calls run side by side. `name` is `provider:model`, for an agent that knows prices.
 */
export function scripted(
  scripts: readonly Script[] | ((call: ScriptedCall) => Script),
  name = 'scripted:test',
): ScriptedModel {
  const [provider = '', modelId = ''] = name.split(/:(.*)/s)
  const made: ScriptedCall[] = []
  let kept = 0
  let last = 0
  const scriptOf = (call: ScriptedCall): Script => {
    if (typeof scripts === 'function') return scripts(call)
    const script = scripts[call.n - 1]
    if (script === undefined)
      throw new Error(`the script has ${scripts.length} model calls, and this is call ${call.n}`)
    return script
  }
  const model: ScriptedModel = {
    specificationVersion: 'v4',
    provider,
    modelId,
    supportedUrls: {},
    calls: made,
    clock: undefined,
    keep() {
      kept = last
    },
    rewind() {
      last = kept
    },
    async doStream({ prompt, tools = [], abortSignal }) {
      const call = { n: ++last, prompt, tools: tools.map(({ name }) => name) }
      made.push(call)
      const pieces = piecesOf(scriptOf(call))
      if (pieces[0]?.kind === 'fault') throw pieces[0].error
      return { stream: streamOf(pieces, call.n, model, abortSignal) }
    },
    doGenerate() {
      throw new Error('a scripted model only streams')
    },
  }
  return model
}

function piecesOf(script: Script): readonly Piece[] {
  if (typeof script === 'string') return [says(script)]
  return 'kind' in script ? [script] : script
}

function streamOf(
  pieces: readonly Piece[],
  call: number,
  model: ScriptedModel,
  signal: AbortSignal | undefined,
): ReadableStream<LanguageModelV4StreamPart> {
  return ReadableStream.from(partsOf(pieces, call, model, signal)) as ReadableStream<LanguageModelV4StreamPart>
}

async function* partsOf(
  pieces: readonly Piece[],
  call: number,
  model: ScriptedModel,
  signal: AbortSignal | undefined,
): AsyncGenerator<LanguageModelV4StreamPart> {
  let end: Extract<Piece, { kind: 'end' }> | undefined
  for (const [i, piece] of pieces.entries()) {
    const id = `${i}`
    switch (piece.kind) {
      case 'text':
      case 'reasoning':
        yield { type: `${piece.kind}-start`, id }
        for (const delta of piece.deltas) yield { type: `${piece.kind}-delta`, id, delta }
        yield { type: `${piece.kind}-end`, id }
        break
      case 'call':
        yield* callParts(piece, `call_${call}_${i}`)
        break
      case 'fault':
        throw piece.error
      case 'stall':
        await silence(model.clock, signal)
        return
      case 'end':
        end = piece
        break
    }
  }
  yield finish(end ?? ends(pieces.some(({ kind }) => kind === 'call') ? 'tool-calls' : 'stop'))
}

function* callParts({ name, input, id: given }: Extract<Piece, { kind: 'call' }>, named: string) {
  const id = given ?? named
  const text = JSON.stringify(input)
  yield { type: 'tool-input-start', id, toolName: name } as const
  yield { type: 'tool-input-delta', id, delta: text } as const
  yield { type: 'tool-input-end', id } as const
  yield { type: 'tool-call', toolCallId: id, toolName: name, input: text } as const
}

function finish(piece: Piece): LanguageModelV4StreamPart {
  const { reason, used } = piece as Extract<Piece, { kind: 'end' }>
  const { input = 10, output = 5 } = used
  return {
    type: 'finish',
    finishReason: { unified: reason, raw: reason },
    usage: {
      inputTokens: { total: input, noCache: input, cacheRead: undefined, cacheWrite: undefined },
      outputTokens: { total: output, text: output, reasoning: undefined },
    },
  }
}

/** Lasts until the call is given up; the time it takes passes at once. */
async function silence(clock: TestClock | undefined, signal: AbortSignal | undefined): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
  if (!signal?.aborted) await clock?.passNext()
  if (signal && !signal.aborted)
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
}

function httpFault(statusCode: number): APICallError {
  return new APICallError({
    message: 'the provider failed',
    url: 'https://provider.test',
    requestBodyValues: {},
    statusCode,
  })
}
