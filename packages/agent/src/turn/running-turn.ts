import type { Failure, FailureCode, Json, Usage } from '@longwire/protocol'
import type { AgentInput, HistoryEntry, TurnStart } from '../boundary/messages.ts'
import type { Clock } from '../clock.ts'
import type { Agent } from '../define-agent.ts'
import { callNames } from '../loop/call-names.ts'
import { recallLoop } from '../loop/recall-loop.ts'
import { TurnBudget } from '../loop/turn-budget.ts'
import { sumUsage } from '../loop/usage.ts'
import { answeredFromLog } from './answered-from-log.ts'
import type { KeptTask } from './background.ts'
import { Doing } from './doing.ts'
import { AgentFailure, failureOf, messageOf } from './failure.ts'
import { type AskedStep, Journal, type RecordedStep } from './journal.ts'
import { jsonText } from './json-text.ts'
import { OpenMessage } from './open-message.ts'
import { Replay } from './replay.ts'
import type { Requests } from './request-api.ts'
import { currentScope, type Scope, type StepScope, stepScope } from './scope.ts'
import { type Span, type SpanHead, type SpanOutcome, Spans } from './span.ts'
import type { CommitFields, Voice } from './voice.ts'

export interface RunOptions {
  readonly keepTask?: (task: string, kept: KeptTask) => void
  readonly isRetraced?: boolean
  /** Tells whoever runs the agent of an error that ended the run. */
  readonly report?: (thrown: unknown) => void
}

const OWN = 'it has step, sleep, generate and tool of its own, and nobody to speak to or to ask'

/** Where that goes which a model says to nobody. */
const UNHEARD: Pick<Voice, 'open' | 'add'> = { open: () => 0, add: () => {} }

/** What never comes: a turn that is only retraced stops where the log ends. */
export const NEVER = new Promise<never>(() => {})

/** A turn while it runs: what the author's view of it and the model loop are both built on. */
export class RunningTurn {
  readonly agent: Agent
  readonly start: TurnStart
  readonly voice: Voice
  readonly clock: Clock
  /** What the log holds of the turn already. */
  readonly journal: Journal
  readonly replay = new Replay()
  readonly spans: Spans
  readonly root: Scope
  readonly budget: TurnBudget
  /** What the model loop said, called and was told in this turn, for its next call. */
  readonly generated: HistoryEntry[] = []
  /** The id under which a tool call is known here, unique in its session. */
  readonly nameCall: (given: string, step: string) => string
  /** How its tools ask people, where it has a person to ask. */
  requests: Requests | undefined
  /** The calls of tools whose code runs. */
  readonly #toolsAtWork = new Set<Promise<unknown>>()
  finishReason = 'stop'
  usage: Usage | undefined

  readonly #options: RunOptions
  #isLooking = false
  #isWaiting = false
  #heard = 0

  constructor(agent: Agent, start: TurnStart, voice: Voice, clock: Clock, options: RunOptions = {}) {
    this.agent = agent
    this.start = start
    this.voice = voice
    this.clock = clock
    this.#options = options
    this.journal = new Journal(start.recorded)
    this.spans = new Spans(this.name, voice, clock, this.journal)
    this.root = { run: this, step: stepScope(this.name, undefined, new Doing(() => this.#look())) }
    this.budget = new TurnBudget(this)
    for (const usage of this.journal.usageBelow(this.name)) this.use(usage)
    const names = callNames(start.history, this.journal.calls)
    // A task does not know what the turn calls meanwhile, nor another task.
    this.nameCall = this.isTask ? (_, step) => names('', step) : names
  }

  get id(): string {
    return this.start.turn
  }

  /** What its steps are named for: the turn, or the task that this is a run of. */
  get name(): string {
    return this.start.task ?? this.start.turn
  }

  /** Whether this is a run of a background task: it has nobody to speak to, and nobody to ask. */
  get isTask(): boolean {
    return this.start.task !== undefined
  }

  /** Where the author's code is only followed to where it begins a task: nothing new may be done. */
  get isRetraced(): boolean {
    return this.#options.isRetraced ?? false
  }

  /** Keeps what a background task is to do until the session begins it. */
  keepTask(task: string, kept: KeptTask): void {
    this.#options.keepTask?.(task, kept)
  }

  get signal(): AbortSignal {
    return this.voice.signal
  }

  /** What the turn began with, without what joined it later. */
  get inputs(): readonly AgentInput[] {
    return this.start.inputs.filter(({ input }) => !this.journal.hasJoined(input))
  }

  /** What joined where `step` begins, in an earlier run of the turn. */
  joinedAt(step: string): readonly AgentInput[] {
    const { inputs, joined = [] } = this.start
    const ids = this.journal.at(step)?.joined ?? []
    return ids.flatMap((id) => [...joined, ...inputs].find(({ input }) => input === id) ?? [])
  }

  /** Where the code that asks stands; the turn itself for code that was called from elsewhere. */
  scope(): Scope {
    const scope = currentScope.getStore()
    if (scope?.run === this) return scope
    if (scope?.run.isTask && scope.run.id === this.id && scope.run.start.session === this.start.session) {
      throw new AgentFailure(
        'agent_error',
        `background task ${scope.run.name} used the turn, which it outlives: ${OWN}`,
      )
    }
    return this.root
  }

  /** Says a piece of the message of this scope; a message that is over its bound ends the turn. */
  say(type: 'text' | 'reasoning', piece: string): Promise<void> {
    this.voice.ensureSpeaking()
    if (typeof piece !== 'string')
      throw new AgentFailure('bad_event', `turn.${type}() takes a string, not ${kindOf(piece)}`)
    const { step } = this.scope()
    if (piece !== '') {
      step.message ??= this.#beginMessage(step)
      const message = step.message
      this.bounded(() => message.say(type, piece))
    }
    return this.voice.room()
  }

  openMessage(step: string): OpenMessage {
    return new OpenMessage(this.isTask ? UNHEARD : this.voice, this.id, step)
  }

  #beginMessage({ ids }: StepScope): OpenMessage {
    const step = ids.next()
    const isRecorded = this.begin(step, { kind: 'message' })?.message !== undefined
    return new OpenMessage(this.voice, this.id, step, isRecorded)
  }

  /** What the log holds of `step`. Where that is another step than the one that is asked for, the turn is over. */
  begin(step: string, asked: AskedStep): RecordedStep | undefined {
    try {
      return this.journal.begin(step, asked)
    } catch (error) {
      this.fail(error)
      throw error
    }
  }

  /** The next step of `scope`: what was said before it is committed first. */
  nextStep(scope: Scope): string {
    this.voice.ensureSpeaking()
    void this.commit(this.settleMessage(scope))
    return scope.step.ids.next()
  }

  /** Resolves when what stands as commit `seq` in the log may answer: earlier ones go first. */
  async recall(seq: number): Promise<void> {
    await this.replay.turnOf(seq)
    if (this.isRetraced && this.voice.isOver) return NEVER
    this.voice.ensureSpeaking()
  }

  /** Waits for what the session has to say, or for a time, and counts as waiting meanwhile. */
  async wait<T>(scope: Scope, until: () => Promise<T>): Promise<T> {
    const waiting = scope.step.doing.begin('wait')
    try {
      return await until()
    } finally {
      waiting.end()
    }
  }

  /** Commits, and ends the turn where that is more than it may record. */
  commit(commits: readonly CommitFields[]): Promise<void> {
    return this.bounded(() => this.voice.commit(commits))
  }

  openSpan(scope: Scope, head: Omit<SpanHead, 'parent' | 'step'>): Span {
    this.voice.ensureSpeaking()
    return this.spans.open({ ...head, parent: scope.span?.id, step: scope.step.id, owner: scope.step.name })
  }

  /** The commit of what was said in this scope so far: a step begins or ends here. */
  settleMessage({ step }: Scope): readonly CommitFields[] {
    const message = step.message
    step.message = undefined
    return message && !message.isEmpty && !message.isRecorded ? [message.commit()] : []
  }

  /** What is said or traced in `scope` ends with it: kept where it went well, withdrawn where it failed. */
  leave(scope: Scope, outcome: SpanOutcome, reason = 'the step failed'): readonly CommitFields[] {
    const message = scope.step.message
    const said =
      outcome === 'ok' || !message || message.isRecorded
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

  /** Runs `work` as a step and records what it returned, or that it failed, together with all it said. */
  async step<T>(name: string, work: () => Promise<T> | T): Promise<T> {
    const around = this.scope()
    const id = this.nextStep(around)
    const finished = this.begin(id, { kind: 'step', name })?.finished
    if (finished) {
      await this.recall(finished.seq)
      recallLoop(this, id)
      if (finished.error) throw recordedFailure(finished.error)
      return finished.output as T
    }
    if (this.isRetraced) return NEVER
    const startedAt = this.clock.now()
    const took = () => Math.max(0, this.clock.now() - startedAt)
    const doing = around.step.doing.begin('work')
    const span = this.spans.open({ label: name, level: 'step', kind: 'custom', parent: around.span?.id, step: id })
    const scope: Scope = { run: this, step: stepScope(id, id, doing), span }
    try {
      const result = await currentScope.run(scope, () =>
        answeredFromLog.run(`step «${name}»`, async () => await work()),
      )
      const finished = stepFinished(id, name, result, took())
      await this.commit([...this.leave(scope, 'ok'), finished])
      return result
    } catch (error) {
      if (!this.voice.isOver) this.#failStep(scope, id, name, error, took())
      throw error
    } finally {
      doing.end()
    }
  }

  #failStep(scope: Scope, step: string, name: string, thrown: unknown, tookMs: number): void {
    const failed: CommitFields = { type: 'step.finished', step, name, error: failureOf(thrown), tookMs }
    void this.commit([...this.leave(scope, 'error', messageOf(thrown)), failed])
  }

  /** Counts this as a tool at work until it settles. */
  atWork<T>(work: Promise<T>): Promise<T> {
    this.#toolsAtWork.add(work)
    work.catch(() => {}).finally(() => this.#toolsAtWork.delete(work))
    return work
  }

  /** Resolves when no tool is at work. */
  async toolsEnded(): Promise<void> {
    while (this.#toolsAtWork.size > 0) await Promise.allSettled(this.#toolsAtWork)
  }

  use(usage: Usage): void {
    this.usage = sumUsage(this.usage, usage)
  }

  /** The function returned; of a task, this. */
  complete(task: { readonly result?: Json | undefined; readonly speak?: boolean } = {}): void {
    if (this.voice.isOver) return
    this.journal.ensureAllAsked(this.name)
    void this.commit([...this.leave(this.root, 'ok'), ...this.spans.endAll('cancelled')])
    this.voice.end({
      outcome: 'completed',
      finishReason: this.finishReason,
      ...this.#used(),
      ...this.#called(),
      ...task,
    })
  }

  /** The function threw, or may not go on. */
  fail(thrown: unknown, task: { readonly speak?: boolean } = {}): void {
    if (this.voice.isOver) return
    const open = this.spans.endAll('error')
    try {
      void this.voice.commit(open)
    } catch {
      // The log has no room for the trace of a turn that said too much: its end is what counts.
    }
    this.voice.fail(failureOf(thrown), this.usage, { ...this.#called(), ...task })
  }

  /** What the author's code asks for cannot be: the run is over, whatever that code does with the error. */
  refuse(error: AgentFailure): AgentFailure {
    this.crash(error)
    return error
  }

  /** As `fail`, and whoever runs the agent is told. */
  crash(thrown: unknown, task: { readonly speak?: boolean } = {}): void {
    if (!this.voice.isOver) this.#options.report?.(thrown)
    this.fail(thrown, task)
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

  /** Looks once things have settled: between a step and the next nothing may be under way for a moment. */
  #look(): void {
    if (this.#isLooking || this.isRetraced) return
    this.#isLooking = true
    setImmediate(() => {
      this.#isLooking = false
      const { isWaiting } = this.root.step.doing
      const { heard } = this.voice
      const isNew = isWaiting !== this.#isWaiting
      // One that waits on after an answer says so again: it has heard the answer, and may be parked.
      if (!isNew && !(isWaiting && heard > this.#heard)) return
      this.#isWaiting = isWaiting
      this.#heard = heard
      if (isNew) this.budget.waits(isWaiting)
      this.voice.waiting(isWaiting)
    })
  }

  /** What a task called is counted where it ends: it is in the log as steps. */
  #called(): { readonly toolCalls?: number } {
    return this.isTask && this.budget.toolCalls > 0 ? { toolCalls: this.budget.toolCalls } : {}
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

function recordedFailure({ code, message }: Failure): AgentFailure {
  return new AgentFailure(code as FailureCode, message)
}

function kindOf(value: unknown): string {
  return value === null ? 'null' : `a value of type ${typeof value}`
}
