import { type Answer, type Commit, type EventOf, LIMITS, type Metadata } from '@longwire/protocol'
import type {
  AgentAnswer,
  AgentInput,
  CommitBody,
  HistoryEntry,
  TurnEnd,
  TurnStart,
  Used,
} from '../boundary/messages.ts'
import type { Agent } from '../define-agent.ts'
import type { ScriptedModel } from './scripted.ts'
import type { TestClock } from './test-clock.ts'
import { inputOf, type Settled, type TestDraft } from './test-life.ts'
import { TestLog } from './test-log.ts'

/** What a person answers; `expires`: nobody answers, and the time of the request runs out. */
export type TestAnswer = Answer | 'expires'

/** Where the process dies: before the `commit`-th append reached the log, before the agent heard of it, or after. */
export interface CrashPoint {
  readonly commit: number
  readonly when?: 'before' | 'in' | 'after'
}

export interface TestAgentOptions {
  /** What the person says: «hello» unless given. More than one are the inputs of one turn. */
  readonly input?: string | readonly string[]
  /** In place of the agent's own model. */
  readonly model?: ScriptedModel
  readonly clock?: TestClock
  /** What was said before this turn. */
  readonly history?: readonly HistoryEntry[]
  readonly principal?: string
  readonly metadata?: Metadata
  /** What the session used before this turn. */
  readonly used?: Used
  /** The log of a turn that was cut, as `log` of an earlier run or a part of it: the turn goes on from there. */
  readonly recorded?: readonly Commit[]
  /** One answer after the other, in the order in which the requests are made; or a function of the request. */
  readonly answers?: readonly TestAnswer[] | ((request: EventOf<'control.requested'>) => TestAnswer | undefined)
  /** What the person sends to steer, for each step boundary one list. */
  readonly steers?: readonly (readonly string[])[]
  /** What other agents answer. */
  readonly agents?: { readonly [name: string]: (text: string) => string | Promise<string> }
  readonly crashAt?: CrashPoint | readonly CrashPoint[]
  /** The person stops the turn after so many appends. */
  readonly cancelAt?: number
  /** How long tools may take to end once it was stopped, as the bound of a server; 0 as where a person interrupts. */
  readonly toolGraceMs?: number
  /** Whether a turn that only waits is let go of, and run again when the wait is over, as a server does after a while. */
  readonly parks?: boolean
}

/** A small session that has one turn. It does what a server does for one, and keeps all of it. */
export class TestSession {
  readonly agent: Agent
  readonly clock: TestClock
  readonly options: TestAgentOptions
  readonly log: TestLog
  readonly drafts: TestDraft[] = []
  readonly progress: EventOf<'trace.progress'>[] = []
  readonly errors: unknown[] = []
  appends = 0
  end: TurnEnd | undefined
  #takes = 0
  readonly #open = new Map<string, EventOf<'control.requested'>>()
  readonly #asked: string[] = []
  readonly #sleeps = new Map<string, number>()
  readonly #speaking = new Set<string>()
  readonly #crashes: CrashPoint[]
  readonly #failed = Promise.withResolvers<never>()

  constructor(agent: Agent, clock: TestClock, options: TestAgentOptions) {
    this.agent = agent
    this.clock = clock
    this.options = options
    this.log = new TestLog(clock.now)
    this.#crashes = [options.crashAt ?? []].flat()
    this.#failed.promise.catch(() => {})
  }

  get turn(): string {
    return this.log.of('turn.started')[0]!.turn
  }

  /** Rejects where the harness itself cannot go on. */
  get failed(): Promise<never> {
    return this.#failed.promise
  }

  /** Waits that are open for all to see. */
  get waits(): number {
    return this.#open.size + this.#sleeps.size
  }

  fail(error: unknown): void {
    this.#failed.reject(error)
  }

  /** The turn begins, or goes on from a log. */
  begin(): readonly TurnStart[] {
    const { recorded, input = 'hello' } = this.options
    if (recorded) {
      for (const commit of recorded) this.#keep(commit)
      return this.again()
    }
    const inputs = [input].flat().map((text, i) => inputOf(text, i + 2, this.#principal))
    const { name: agent } = this.agent
    this.log.say({ type: 'session.opened', session: 'test', agent, tools: [], metadata: this.options.metadata ?? {} })
    for (const { input, delivery, text, by } of inputs)
      this.log.say({ type: 'input.accepted', input, delivery, text, by })
    const turn = `t${this.log.head + 1}`
    this.log.say({ type: 'turn.started', turn, cause: 'input', inputs: inputs.map(({ input }) => input), attempt: 1 })
    for (const { input } of inputs) this.log.say({ type: 'input.applied', turn, input })
    // What the server writes is no part of what a run is told is recorded of its own steps.
    return this.#starts()
  }

  /** The turn is run again by another process: what was being said is withdrawn. */
  again(): readonly TurnStart[] {
    const { turn, attempt, inputs, cause } = this.log.of('turn.started').at(-1)!
    for (const step of this.#speaking) this.log.say({ type: 'step.rolledback', turn, step, reason: 'node_died' })
    this.#speaking.clear()
    this.options.model?.rewind()
    if (!this.end) this.log.say({ type: 'turn.started', turn, cause, inputs, attempt: attempt + 1 })
    return this.#starts()
  }

  /** The turn is run on, after it was let go of while it waited. */
  unparked(): readonly TurnStart[] {
    return this.#starts()
  }

  append(commits: readonly CommitBody[]): void {
    this.log.append(commits)
    for (const commit of this.log.commits.slice(-commits.length)) this.#note(commit)
  }

  opened(draft: TestDraft): void {
    this.drafts.push(draft)
    this.#speaking.add(draft.head.step)
  }

  recordedOf(turn: string): readonly Commit[] {
    return this.log.recordedOf(turn)
  }

  /** Whether the process dies at this append, and how. */
  crashNow(): CrashPoint['when'] {
    this.appends++
    const point = this.#crashes.find(({ commit }) => commit === this.appends)
    return point && (point.when ?? 'after')
  }

  get isCancelledNow(): boolean {
    return !this.end && this.options.cancelAt !== undefined && this.appends >= this.options.cancelAt
  }

  get toolGraceMs(): number {
    return this.options.toolGraceMs ?? LIMITS.toolGraceMs
  }

  /** What steers at the step boundary that comes now. */
  join(turn: string, step: string): readonly AgentInput[] {
    const texts = this.options.steers?.[this.#takes++] ?? []
    return texts.map((text) => {
      const input = inputOf(text, this.log.head + 1, this.#principal, 'steer')
      const { delivery, by } = input
      this.log.say({ type: 'input.accepted', input: input.input, delivery, text, by })
      this.log.say({ type: 'input.applied', turn, step, input: input.input })
      return input
    })
  }

  async ask(agent: string, text: string): Promise<AgentAnswer> {
    const answer = this.options.agents?.[agent]
    if (!answer) return { outcome: 'error', error: `there is no agent ${agent} in this test` }
    return { outcome: 'ok', text: await answer(text) }
  }

  /** Answers to the requests among these commits that come at once. */
  answeredAtOnce(commits: readonly CommitBody[]): readonly (readonly [request: string, answer: Answer])[] {
    if (this.options.parks) return []
    return commits.flatMap(({ type, request }) => {
      const answer = type === 'control.requested' ? this.#answerTo(request!) : undefined
      return answer === undefined || answer === 'expires' ? [] : [[request!, answer] as const]
    })
  }

  settle(request: string, { outcome, answer }: Settled): void {
    const by = outcome === 'answered' ? { by: this.#principal } : {}
    const given = answer === undefined ? {} : { answer }
    const turn = this.#open.get(request)?.turn
    this.#open.delete(request)
    this.log.say({
      type: 'control.settled',
      ...(turn === undefined ? {} : { turn }),
      request,
      outcome,
      ...given,
      ...by,
    })
  }

  /** Ends one of the waits that are open: by its answer, or as the time passes. False where none is left. */
  async release(settled: (request: string, settled: Settled) => void): Promise<boolean> {
    for (const request of this.#open.keys()) {
      const answer = this.#answerTo(request)
      if (answer === undefined || answer === 'expires') continue
      this.settle(request, { outcome: 'answered', answer })
      settled(request, { outcome: 'answered', answer })
      return true
    }
    const expiring = [...this.#open.values()].filter(({ expiresAt }) => expiresAt !== undefined)
    const due = Math.min(...expiring.map(({ expiresAt }) => expiresAt!), ...this.#sleeps.values())
    if (due === Number.POSITIVE_INFINITY) return this.#nobodyAnswers()
    await this.clock.advance(due - this.clock.now())
    for (const { request, expiresAt, kind, onExpiry } of expiring) {
      if (expiresAt! > due) continue
      const approved = kind === 'approval' && (onExpiry === 'deny' || onExpiry === 'approve')
      const answer = approved ? { answer: { approved: onExpiry === 'approve' } } : {}
      this.settle(request, { outcome: 'expired', ...answer })
      settled(request, { outcome: 'expired', ...answer })
    }
    for (const [step, until] of this.#sleeps) if (until <= due) this.#sleeps.delete(step)
    return true
  }

  endTurn(end: TurnEnd): void {
    this.end = end
    const { usage } = end
    const used = usage === undefined ? {} : { usage }
    this.#closeOpen(end.outcome)
    if (end.outcome === 'completed') {
      this.log.say({
        type: 'turn.ended',
        turn: this.turn,
        outcome: 'completed',
        finishReason: end.finishReason,
        ...used,
      })
    } else {
      const { error } = end
      this.log.say({ type: 'turn.ended', turn: this.turn, outcome: 'failed', finishReason: 'error', error, ...used })
    }
  }

  endTask(task: string, end: TurnEnd): void {
    const result = end.outcome === 'completed' && end.result !== undefined ? { result: end.result as never } : {}
    const outcome = end.outcome === 'completed' ? 'ok' : 'error'
    this.log.say({ type: 'task.finished', turn: this.turn, task, outcome, ...result })
  }

  /** A person stops the turn. Whether tools are at work that may still say how they end; else nothing is written yet. */
  beginsToStop(): boolean {
    if (this.toolGraceMs <= 0 || this.#callsAtWork.length === 0) return false
    this.#keepSaid()
    this.#rollBack('cancelled')
    this.#withdraw()
    this.log.say({ type: 'turn.stopping', turn: this.turn })
    return true
  }

  /** Takes of the last words of a run that was stopped how its tools ended. */
  appendLast(commits: readonly CommitBody[]): void {
    const open = this.#callsAtWork.map(({ call }) => call)
    this.append(
      commits.filter(
        ({ type, call }) => type === 'trace.span' || (type === 'tool.finished' && open.includes(call as string)),
      ),
    )
  }

  /** A person stopped the turn: what was said so far stays. */
  cancel(): void {
    this.#keepSaid()
    this.#closeOpen('cancelled')
    this.log.say({ type: 'turn.ended', turn: this.turn, outcome: 'cancelled', finishReason: 'cancelled' })
  }

  #keepSaid(): void {
    for (const step of this.#speaking) {
      const said = this.drafts.filter(({ head }) => head.step === step && head.type !== 'chunk.tool')
      if (said.length === 0) continue
      const parts = said.map(({ head, pieces }) => ({
        type: head.type === 'chunk.text' ? ('text' as const) : ('reasoning' as const),
        text: pieces.join(''),
      }))
      const message = { role: 'assistant' as const, parts }
      this.log.say({ type: 'message.committed', turn: this.turn, step, message, partial: true })
      this.#speaking.delete(step)
    }
  }

  get #principal(): string {
    return this.options.principal ?? 'ann'
  }

  /** Every step that spoke is withdrawn, every call has a result, every request an outcome. */
  #closeOpen(outcome: 'completed' | 'failed' | 'cancelled'): void {
    const { turn } = this
    this.#rollBack(outcome)
    const result = outcome === 'cancelled' ? 'cancelled' : 'error'
    for (const { call, at } of this.#callsAtWork) {
      this.log.say({ type: 'tool.finished', turn, call, outcome: result, tookMs: Math.max(0, this.clock.now() - at) })
    }
    this.#withdraw()
  }

  get #callsAtWork(): readonly EventOf<'tool.started'>[] {
    const finished = new Set(this.log.of('tool.finished').map(({ call }) => call))
    return this.log.of('tool.started').filter(({ call }) => !finished.has(call))
  }

  #rollBack(reason: string): void {
    for (const step of this.#speaking) this.log.say({ type: 'step.rolledback', turn: this.turn, step, reason })
    this.#speaking.clear()
  }

  #withdraw(): void {
    for (const request of [...this.#open.keys()]) this.settle(request, { outcome: 'withdrawn' })
  }

  #starts(): readonly TurnStart[] {
    const { turn } = this
    const started = this.log.of('turn.started').at(-1)!
    const applied = this.log.of('input.applied')
    const accepted = (step: boolean) =>
      applied.filter((each) => (each.step !== undefined) === step).map(({ input }) => this.#inputOf(input))
    const start: TurnStart = {
      session: 'test',
      turn,
      agent: this.agent.name,
      attempt: started.attempt,
      cause: started.cause,
      principal: this.#principal,
      metadata: this.options.metadata ?? {},
      inputs: accepted(false),
      joined: accepted(true),
      history: this.options.history ?? [],
      recorded: this.log.recordedOf(turn),
      ...(this.options.used === undefined ? {} : { used: this.options.used }),
    }
    const finished = new Set(this.log.of('task.finished').map(({ task }) => task))
    const tasks = this.log.of('task.started').filter(({ task }) => !finished.has(task))
    return [...(this.end ? [] : [start]), ...tasks.map(({ task }) => ({ ...start, task }))]
  }

  #inputOf(id: string): AgentInput {
    const { input, delivery, text, by } = this.log.of('input.accepted').find(({ input }) => input === id)!
    return { input, delivery, ...(text === undefined ? {} : { text }), by }
  }

  #keep(commit: Commit): void {
    this.log.commits.push(commit)
    this.#note(commit)
  }

  #note(commit: Commit): void {
    switch (commit.type) {
      case 'control.requested':
        this.#open.set(commit.request, commit)
        if (!this.#asked.includes(commit.request)) this.#asked.push(commit.request)
        break
      case 'control.settled':
        this.#open.delete(commit.request)
        break
      case 'step.started':
        if (commit.until !== undefined) this.#sleeps.set(commit.step, commit.until)
        break
      case 'step.finished':
        this.#sleeps.delete(commit.step)
        break
      case 'message.committed':
        if (commit.finishReason !== undefined) this.options.model?.keep()
        this.#speaking.delete(commit.step)
        break
      case 'step.rolledback':
        this.#speaking.delete(commit.step)
        break
    }
  }

  #answerTo(request: string): TestAnswer | undefined {
    const { answers } = this.options
    if (typeof answers === 'function') return answers(this.#open.get(request)!)
    return answers?.[this.#asked.indexOf(request)]
  }

  #nobodyAnswers(): false {
    const [request] = this.#open.values()
    if (request) throw new Error(`the turn waits, and the test answers nothing to: ${request.message}`)
    return false
  }
}
