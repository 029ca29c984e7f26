import type {
  AgentDescription,
  AgentHost,
  CommitBody,
  DraftHead,
  Run,
  RunListener,
  Said,
  TurnEnd,
  TurnStart,
} from '@longwire/agent/internal'
import type { FailureCode, Level } from '@longwire/protocol'
import { commitBody } from '../src/session/log-event.ts'

/** Of the agent `echo`. */
const BUDGET = { turn: { tokens: 20, toolCalls: 4 }, session: { cost: 2, wallMs: 60_000 } }

/** A turn whose agent is the test: it says what the test says, when the test says it. */
export class ScriptedRun {
  readonly start: TurnStart
  readonly heard: { readonly type: string; readonly value?: unknown }[] = []
  readonly #listener: RunListener
  readonly #onHeard: () => void
  readonly #until: (ready: () => boolean) => Promise<void>
  #drafts = 0

  constructor(
    start: TurnStart,
    listener: RunListener,
    onHeard: () => void,
    until: (ready: () => boolean) => Promise<void>,
  ) {
    this.start = start
    this.#listener = listener
    this.#onHeard = onHeard
    this.#until = until
  }

  /** The tools that the test plays go on after a stop, until it says that they have ended. */
  lingers = false

  stop(reason: string, graceMs: number): void {
    this.hears('stop', { reason, graceMs })
    if (!this.lingers) this.stopped()
  }

  /** No tool is at work any more. */
  stopped(): void {
    this.say({ type: 'stopped' })
  }

  get isCancelled(): boolean {
    return this.heard.some(({ type }) => type === 'cancel')
  }

  say(...said: readonly DistributiveOmit<Said, 'run'>[]): void {
    this.#listener.said(said.map((each) => ({ ...each, run: 1 })) as Said[])
  }

  /** Opens a draft of text and answers what adds to it. */
  speak(step: number, part = '0', type: 'chunk.text' | 'chunk.reasoning' = 'chunk.text'): (text: string) => void {
    const draft = ++this.#drafts
    const head: DraftHead = { type, turn: this.start.turn, step: `${this.start.turn}.${step}`, part }
    this.say({ type: 'open', draft, head })
    return (text) => this.say({ type: 'add', draft, escaped: JSON.stringify(text).slice(1, -1), at: 1_000 })
  }

  commit(...events: readonly Parameters<typeof commitBody>[0][]): void {
    this.say({ type: 'commit', commits: events.map((event) => commitBody(event, 1_000)) })
  }

  commitBodies(...commits: readonly CommitBody[]): void {
    this.say({ type: 'commit', commits })
  }

  message(step: number, text: string): void {
    const { turn } = this.start
    const message = { role: 'assistant' as const, parts: [{ type: 'text' as const, text }] }
    this.commit({ type: 'message.committed', turn, step: `${turn}.${step}`, message })
  }

  /** What was thought and said in one step. Worker threads mark such a commit, so this does. */
  thoughtfulMessage(step: number, thought: string, text: string): void {
    const { turn } = this.start
    const parts = [
      { type: 'reasoning' as const, text: thought },
      { type: 'text' as const, text },
    ]
    const event = {
      type: 'message.committed' as const,
      turn,
      step: `${turn}.${step}`,
      message: { role: 'assistant' as const, parts },
    }
    this.commitBodies({ ...commitBody(event, 1_000), reasoning: true })
  }

  rollBack(step: number, reason = 'error'): void {
    const { turn } = this.start
    this.commit({ type: 'step.rolledback', turn, step: `${turn}.${step}`, reason })
  }

  startTool(call: string, name = 'search'): void {
    this.commit({ type: 'tool.started', turn: this.start.turn, call, name, input: {} })
  }

  finishTool(call: string): void {
    this.commit({ type: 'tool.finished', turn: this.start.turn, call, outcome: 'ok', output: 1, tookMs: 1 })
  }

  request(request: string, kind: 'approval' | 'form' = 'approval'): void {
    this.commit({ type: 'control.requested', turn: this.start.turn, request, kind, message: 'May I?' })
  }

  /** Where the agent is with a span: only the latest counts. */
  progress(span: string, fraction: number, level: Level = 'milestone'): void {
    const { turn } = this.start
    const fields = { turn, span, level, kind: 'custom', label: span, fraction, startedAt: 1_000 }
    const json = JSON.stringify({ type: 'trace.progress', at: 1_000, ...fields })
    this.say({ type: 'progress', key: span, event: 'trace.progress', level, json })
  }

  span(span: string, level: Level = 'milestone', more: { parent?: string } = {}): void {
    const { turn } = this.start
    const told = { level, kind: 'custom' as const, label: span, outcome: 'ok' as const, startedAt: 1_000, tookMs: 1 }
    this.commit({ type: 'trace.span', turn, span, ...told, ...more })
  }

  /** Resolves when this run was told so, as often as `times`. */
  async told(type: string, times = 1): Promise<unknown> {
    await this.#until(() => this.heard.filter((each) => each.type === type).length >= times)
    return this.heard.filter((each) => each.type === type)[times - 1]!.value
  }

  take(step: number): void {
    this.say({ type: 'take', step: `${this.start.turn}.${step}` })
  }

  end(end: TurnEnd = { outcome: 'completed', finishReason: 'stop' }): void {
    this.say({ type: 'end', end })
  }

  fail(code: FailureCode, message: string = code): void {
    this.end({ outcome: 'failed', error: { code, message, retryable: false } })
  }

  die(code: FailureCode): void {
    this.#listener.died(code, code)
  }

  hears(type: string, value?: unknown): void {
    this.heard.push({ type, value })
    this.#onHeard()
  }
}

// biome-ignore lint/suspicious/noExplicitAny: distributes over the members of a union
type DistributiveOmit<T, K extends PropertyKey> = T extends any ? Omit<T, K> : never

/** An agent host whose runs a test takes one by one. */
export class ScriptedHost implements AgentHost {
  readonly runs: ScriptedRun[] = []
  #waiting: { readonly ready: () => boolean; readonly resolve: () => void }[] = []

  agents(): readonly AgentDescription[] {
    return [
      {
        name: 'echo',
        description: 'Says what the test says.',
        tools: [],
        inputModes: ['text'],
        examples: ['Hello'],
        budget: BUDGET,
      },
      { name: 'other', tools: [], inputModes: ['text'], examples: [] },
    ]
  }

  start(turn: TurnStart, listener: RunListener): Run {
    const run = new ScriptedRun(
      turn,
      listener,
      () => this.#look(),
      (ready) => this.until(ready),
    )
    this.runs.push(run)
    this.#look()
    return {
      cancel: (reason) => run.hears('cancel', reason),
      stop: (reason, graceMs) => run.stop(reason, graceMs),
      steer: (inputs) => run.hears('steer', inputs),
      settled: (request, settled) => run.hears('settled', { request, ...settled }),
      agentSaid: (n, said) => run.hears('agentSaid', { n, ...said }),
      stored: (n) => run.hears('stored', n),
      credit: (bytes) => run.hears('credit', bytes),
      kill: (why) => {
        run.hears('kill', why)
        run.die('node_died')
      },
    }
  }

  async close(): Promise<void> {}

  /** The `n`-th run from the beginning, once it has started. */
  async run(n = 1): Promise<ScriptedRun> {
    await this.until(() => this.runs.length >= n)
    return this.runs[n - 1]!
  }

  /** The `n`-th run of this session, once it has started. */
  async runOf(session: string, n = 1): Promise<ScriptedRun> {
    const runs = () => this.runs.filter(({ start }) => start.session === session)
    await this.until(() => runs().length >= n)
    return runs()[n - 1]!
  }

  async until(ready: () => boolean): Promise<void> {
    if (ready()) return
    await new Promise<void>((resolve) => this.#waiting.push({ ready, resolve }))
  }

  #look(): void {
    const now = this.#waiting.filter(({ ready }) => ready())
    this.#waiting = this.#waiting.filter((each) => !now.includes(each))
    for (const { resolve } of now) resolve()
  }
}
