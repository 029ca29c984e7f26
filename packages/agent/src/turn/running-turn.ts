import type { Json, Usage } from '@longwire/protocol'
import type { HistoryEntry, TurnStart } from '../boundary/messages.ts'
import type { Clock } from '../clock.ts'
import type { Agent } from '../define-agent.ts'
import { callNames } from '../loop/call-names.ts'
import { TurnBudget } from '../loop/turn-budget.ts'
import { sumUsage } from '../loop/usage.ts'
import { AgentFailure, failureOf, messageOf } from './failure.ts'
import { jsonText } from './json-text.ts'
import { OpenMessage } from './open-message.ts'
import { currentScope, type Scope } from './scope.ts'
import { type Span, type SpanHead, type SpanOutcome, Spans } from './span.ts'
import { StepIds } from './step-ids.ts'
import type { CommitFields, Voice } from './voice.ts'

/** A turn while it runs: what the author's view of it and the model loop are both built on. */
export class RunningTurn {
  readonly agent: Agent
  readonly start: TurnStart
  readonly voice: Voice
  readonly clock: Clock
  readonly steps: StepIds
  readonly spans: Spans
  readonly root: Scope
  readonly budget: TurnBudget
  /** What the model loop said, called and was told in this turn, for its next call. */
  readonly generated: HistoryEntry[] = []
  /** The id under which a tool call is known here, unique in its session. */
  readonly nameCall: (given: string, step: string) => string
  finishReason = 'stop'
  usage: Usage | undefined

  constructor(agent: Agent, start: TurnStart, voice: Voice, clock: Clock) {
    this.agent = agent
    this.start = start
    this.voice = voice
    this.clock = clock
    this.steps = new StepIds(start.turn)
    this.spans = new Spans(start.turn, voice, clock)
    this.root = { run: this, step: {} }
    this.budget = new TurnBudget(this)
    this.nameCall = callNames(start.history)
  }

  get id(): string {
    return this.start.turn
  }

  get signal(): AbortSignal {
    return this.voice.signal
  }

  /** Where the code that asks stands; the turn itself for code that was called from elsewhere. */
  scope(): Scope {
    const scope = currentScope.getStore()
    return scope?.run === this ? scope : this.root
  }

  /** Says a piece of the message of this scope; a message that is over its bound ends the turn. */
  say(type: 'text' | 'reasoning', piece: string): Promise<void> {
    this.voice.ensureSpeaking()
    if (typeof piece !== 'string')
      throw new AgentFailure('bad_event', `turn.${type}() takes a string, not ${kindOf(piece)}`)
    const { step } = this.scope()
    if (piece !== '') {
      step.message ??= this.openMessage(this.steps.next())
      const message = step.message
      this.bounded(() => message.say(type, piece))
    }
    return this.voice.room()
  }

  openMessage(step: string): OpenMessage {
    return new OpenMessage(this.voice, this.id, step)
  }

  /** Commits, and ends the turn where that is more than it may record. */
  commit(commits: readonly CommitFields[]): Promise<void> {
    return this.bounded(() => this.voice.commit(commits))
  }

  openSpan(scope: Scope, head: Omit<SpanHead, 'parent' | 'step'>): Span {
    this.voice.ensureSpeaking()
    return this.spans.open({ ...head, parent: scope.span?.id, step: scope.step.id })
  }

  /** The commit of what was said in this scope so far: a step begins or ends here. */
  settleMessage({ step }: Scope): readonly CommitFields[] {
    const message = step.message
    step.message = undefined
    return message && !message.isEmpty ? [message.commit()] : []
  }

  /** What is said or traced in `scope` ends with it: kept where it went well, withdrawn where it failed. */
  leave(scope: Scope, outcome: SpanOutcome, reason = 'the step failed'): readonly CommitFields[] {
    const message = scope.step.message
    const said =
      outcome === 'ok' || !message
        ? this.settleMessage(scope)
        : [{ type: 'step.rolledback', step: message.step, reason } as CommitFields]
    scope.step.message = undefined
    return [...said, ...this.leaveSpan(scope, outcome)]
  }

  /** Ends the milestone and the span of `scope`, the inner one first. */
  leaveSpan(scope: Scope, outcome: SpanOutcome, detail?: Json): readonly CommitFields[] {
    const milestone = scope.milestone?.end(outcome) ?? []
    scope.milestone = undefined
    return [...milestone, ...(scope.span?.end(outcome, detail) ?? [])]
  }

  /** Runs `work` as a step and records what it returned, together with all it said. */
  async step<T>(name: string, work: () => Promise<T> | T): Promise<T> {
    this.voice.ensureSpeaking()
    const around = this.scope()
    void this.commit(this.settleMessage(around))
    const id = this.steps.next()
    const startedAt = this.clock.now()
    const span = this.spans.open({ label: name, level: 'step', kind: 'custom', parent: around.span?.id, step: id })
    const scope: Scope = { run: this, step: { id }, span }
    try {
      const result = await currentScope.run(scope, async () => await work())
      const finished = stepFinished(id, name, result, Math.max(0, this.clock.now() - startedAt))
      await this.commit([...this.leave(scope, 'ok'), finished])
      return result
    } catch (error) {
      if (!this.voice.isOver) void this.commit(this.leave(scope, 'error', messageOf(error)))
      throw error
    }
  }

  use(usage: Usage): void {
    this.usage = sumUsage(this.usage, usage)
  }

  /** The function returned. */
  complete(): void {
    if (this.voice.isOver) return
    void this.commit([...this.leave(this.root, 'ok'), ...this.spans.endAll('cancelled')])
    this.voice.end({ outcome: 'completed', finishReason: this.finishReason, ...this.#used() })
  }

  /** The function threw, or may not go on. */
  fail(thrown: unknown): void {
    if (this.voice.isOver) return
    const open = this.spans.endAll('error')
    try {
      void this.voice.commit(open)
    } catch {
      // The log has no room for the trace of a turn that said too much: its end is what counts.
    }
    this.voice.fail(failureOf(thrown), this.usage)
  }

  /** Runs `speak`; what is over a bound of the turn ends it, whatever the author's code does with the error. */
  bounded<T>(speak: () => T): T {
    try {
      return speak()
    } catch (error) {
      if (error instanceof AgentFailure && error.code === 'output_too_big') this.fail(error)
      throw error
    }
  }

  #used(): { readonly usage?: Usage } {
    return this.usage === undefined ? {} : { usage: this.usage }
  }
}

function stepFinished(step: string, name: string, result: unknown, tookMs: number): CommitFields {
  let text: string | undefined
  try {
    text = jsonText(result, `the result of step «${name}»`)
  } catch (error) {
    throw new AgentFailure('bad_event', (error as Error).message, { cause: error })
  }
  const output = text === undefined ? {} : { output: result as never }
  return { type: 'step.finished', step, name, ...output, tookMs }
}

function kindOf(value: unknown): string {
  return value === null ? 'null' : `a value of type ${typeof value}`
}
