import type { LanguageModelV4, LanguageModelV4CallOptions, LanguageModelV4FunctionTool } from '@ai-sdk/provider'
import type { Json, MessagePart } from '@longwire/protocol'
import type { HistoryEntry } from '../boundary/messages.ts'
import type { MissingServer } from '../mcp/agent-mcp.ts'
import { describeModel } from '../model/model.ts'
import { AgentFailure, failureOf } from '../turn/failure.ts'
import { GENERATE } from '../turn/journal.ts'
import type { OpenMessage } from '../turn/open-message.ts'
import type { RunningTurn } from '../turn/running-turn.ts'
import type { Scope } from '../turn/scope.ts'
import type { Span } from '../turn/span.ts'
import { untilAborted } from '../turn/until-aborted.ts'
import type { CommitFields } from '../turn/voice.ts'
import { type Heard, Hearing } from './hearing.ts'
import { promptOf, type ReadsUrl } from './prompt.ts'
import { faultOf, type ProviderFault } from './provider-fault.ts'
import { ModelStalled, STALL_MS, StallWatch } from './stall.ts'

/** Tries of one model call, the first among them. */
const TRIES = 4
const FIRST_DELAY_MS = 500

export interface ModelCall {
  readonly model: LanguageModelV4
  readonly step: string
  readonly instructions: string | undefined
  readonly conversation: readonly HistoryEntry[]
  readonly tools: readonly LanguageModelV4FunctionTool[]
  /** Servers whose tools the model has to do without, for the person to know. */
  readonly missing: readonly MissingServer[]
  readonly settings: Pick<LanguageModelV4CallOptions, 'temperature' | 'maxOutputTokens'>
}

export interface ModelSaid extends Heard {
  readonly text: string
  readonly parts: readonly MessagePart[]
}

/** One step of the loop: streams what the model says, and commits it as one message. A passing fault is tried again. */
export async function callModel(run: RunningTurn, scope: Scope, call: ModelCall): Promise<ModelSaid> {
  void run.commit(call.missing.flatMap((server) => missingTools(run, scope, call.step, server)))
  const startedAt = run.clock.now()
  const took = () => Math.max(0, run.clock.now() - startedAt)
  for (let attempt = 1; ; attempt++) {
    const message = run.openMessage(call.step)
    const span = run.spans.open({
      label: describeModel(call.model),
      level: 'step',
      kind: 'model',
      parent: scope.span?.id,
      step: call.step,
    })
    try {
      const said = await listen(run, call, message)
      const heard = { ...said, usage: run.budget.priced(said.usage, call.model) }
      run.use(heard.usage)
      void run.commit(committed(run, message, span, heard, took()))
      return { ...heard, text: message.text, parts: message.parts() }
    } catch (error) {
      if (run.voice.isOver) throw error
      const fault = error instanceof AgentFailure ? undefined : faultOf(error)
      const reason = fault?.message ?? (error as Error).message
      void run.commit([...span.end('error', { error: reason }), { type: 'step.rolledback', step: call.step, reason }])
      if (!fault) throw error
      if (!fault.isPassing || attempt === TRIES) {
        const failure = failureFor(call.model, fault, error, attempt)
        void run.commit([
          { type: 'step.finished', step: call.step, name: GENERATE, error: failureOf(failure), tookMs: took() },
        ])
        throw failure
      }
      await backOff(run, scope, call.step, fault, attempt)
    }
  }
}

function missingTools(run: RunningTurn, scope: Scope, step: string, { name, reason }: MissingServer) {
  const head = { level: 'milestone', kind: 'tool', parent: scope.span?.id, step } as const
  return run.spans
    .open({ ...head, label: `The tools of ${name} are not available`, detail: { error: reason } })
    .end('error')
}

async function listen(run: RunningTurn, call: ModelCall, message: OpenMessage): Promise<Heard> {
  const stop = new AbortController()
  const signal = AbortSignal.any([run.signal, stop.signal])
  const prompt = promptOf(call.instructions, call.conversation, await urlReader(call))
  const outOfTime = run.agent.budget?.onExceeded === 'ask' ? undefined : run.budget.wallMsLeft
  if (outOfTime !== undefined) {
    void run.clock.sleep(outOfTime, stop.signal).then(() => stop.abort(run.budget.outOfTime()))
  }
  const stall = new StallWatch(run.clock, run.agent.stallMs ?? STALL_MS)
  const calling = call.model.doStream({
    prompt,
    ...(call.tools.length > 0 ? { tools: [...call.tools] } : {}),
    ...call.settings,
    abortSignal: signal,
  })
  const hearing = new Hearing(message, (given) => run.nameCall(given, call.step))
  try {
    const { stream } = await stall.within(untilAborted(signal, Promise.resolve(calling)))
    const reader = stream.getReader()
    // Frees a read that is under way even where the model does not heed the signal.
    signal.addEventListener('abort', () => void reader.cancel(signal.reason).catch(() => {}), { once: true })
    for (;;) {
      const { done, value } = await stall.within(reader.read())
      run.voice.ensureSpeaking()
      // A read that was freed looks like the end of the stream.
      if (stop.signal.aborted) throw stop.signal.reason
      if (done) return hearing.end()
      run.bounded(() => hearing.hear(value))
      await run.voice.room()
    }
  } finally {
    stall.end()
    // Lets go of the request where it is still under way.
    stop.abort(new DOMException('the call is over', 'AbortError'))
  }
}

function committed(
  run: RunningTurn,
  message: OpenMessage,
  span: Span,
  { finishReason, usage }: Heard,
  tookMs: number,
): readonly CommitFields[] {
  const detail = { finishReason, usage } as Json
  // A call that said nothing is in the log, too: it is not made again. What a task's model says is no message to a person.
  const parts = run.isTask ? { parts: message.parts() } : {}
  const output = { finishReason, usage, ...parts } as never
  const said: CommitFields =
    message.isEmpty || run.isTask
      ? { type: 'step.finished', step: message.step, name: GENERATE, output, tookMs }
      : message.commit(usage, finishReason)
  return [said, ...span.end('ok', detail)]
}

function failureFor(model: LanguageModelV4, fault: ProviderFault, cause: unknown, attempts: number): AgentFailure {
  const name = describeModel(model)
  if (!fault.isPassing) return new AgentFailure('model_error', `${name}: ${fault.message}`, { cause })
  const code = cause instanceof ModelStalled ? 'model_stalled' : 'model_unavailable'
  return new AgentFailure(code, `${name} failed ${attempts} times, at last with: ${fault.message}`, { cause })
}

/** Waits before the next try, in sight of the person. */
async function backOff(
  run: RunningTurn,
  scope: Scope,
  step: string,
  fault: ProviderFault,
  attempt: number,
): Promise<void> {
  const jittered = FIRST_DELAY_MS * 2 ** (attempt - 1) * (0.5 + run.clock.random())
  const ms = Math.round(fault.retryAfterMs ?? jittered)
  const label = `${fault.says}, trying again in ${ms < 1_000 ? `${ms} ms` : `${Math.round(ms / 1_000)} s`}`
  const wait = run.spans.open({
    label,
    level: 'milestone',
    kind: 'wait',
    parent: scope.span?.id,
    step,
    detail: { error: fault.message, attempt },
  })
  await run.clock.sleep(ms, run.signal)
  run.voice.ensureSpeaking()
  void run.commit(wait.end('ok'))
}

async function urlReader({ model, conversation }: ModelCall): Promise<ReadsUrl> {
  const names = conversation.some(
    (entry) => entry.role === 'user' && entry.parts.some((part) => part.type === 'file' && part.url !== undefined),
  )
  if (!names) return () => false
  const { isUrlSupported } = await import('@ai-sdk/provider-utils')
  const supportedUrls = await model.supportedUrls
  return (mediaType, url) => isUrlSupported({ mediaType, url, supportedUrls })
}
