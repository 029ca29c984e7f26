import { type Answer, type CommitType, type EventOf, type Failure, LIMITS, type Usage } from '@longwire/protocol'
import type { AgentAnswer, AgentInput, CommitBody, DraftHead, RunId, Said, TurnEnd } from '../boundary/messages.ts'
import type { Outlet } from '../worker/outlet.ts'
import { AgentFailure, turnIsOver } from './failure.ts'

/** What a commit says of itself; its type, time and turn are the voice's to add. */
export type CommitFields = {
  [T in CommitType]: { readonly type: T } & Omit<EventOf<T>, 'type' | 'seq' | 'at' | 'turn'>
}[CommitType]

/** Commits that travel as one item, at most, where several were said one after the other in one tick. */
const COMMITS_OF_AN_ITEM = 64
/** Bytes of commits that may wait for the log. Over it: `output_too_big`. */
const UNSTORED_BYTES = 2 * LIMITS.commitBytes
/** Commits that may wait for the log. Over it: `output_too_big`. */
const UNSTORED_COMMITS = 10_000

const DONE = Promise.resolve()

/*
 *   speaking ──end, fail──► over     (one `end` was said)
 *       ├─────cancel──────► over     (nothing more is said)
 *       └──────stop───────► stopping ──stopped──► over     (only how tools ended is said)
 *
 * How one run speaks to its session: it counts commits, keeps within credit and bounds, and falls silent for good.
 */
export class Voice {
  readonly run: RunId
  readonly #turn: string
  readonly #outlet: Speaker
  readonly #now: () => number
  readonly #abort = new AbortController()
  #over: string | undefined
  /** Since the run was stopped: for how long its tools may say how they ended. */
  #graceMs: number | undefined
  #drafts = 0
  #credit: number
  #roomWaiters: Waiter<void>[] = []
  #items: { readonly n: number; readonly bytes: number; readonly commits: number }[] = []
  #itemsSaid = 0
  #unstoredBytes = 0
  #unstoredCommits = 0
  #storedWaiters: { readonly n: number; readonly waiter: Waiter<void> }[] = []
  #takeWaiters: Waiter<readonly AgentInput[]>[] = []
  /** What was settled before the agent's code came to wait for it, and who waits for the rest. */
  readonly #settled = new Map<string, Settled>()
  readonly #settledWaiters = new Map<string, Waiter<Settled>>()
  #heard = 0
  #agentCalls = 0
  readonly #agentWaiters = new Map<number, Waiter<AgentAnswer>>()
  /** The last thing said, where it was a commit item that a further commit may still join. */
  #joinable: { readonly tick: number; readonly commits: CommitBody[] } | undefined

  constructor(outlet: Speaker, run: RunId, turn: string, credit: number, now: () => number) {
    this.#outlet = outlet
    this.run = run
    this.#turn = turn
    this.#credit = credit
    this.#now = now
  }

  /** Aborts when the run may say no more before it ended by itself. */
  get signal(): AbortSignal {
    return this.#abort.signal
  }

  get isOver(): boolean {
    return this.#over !== undefined
  }

  /** The run was stopped, and its tools may still say how they ended. */
  get isStopping(): boolean {
    return this.#graceMs !== undefined
  }

  /** For how long they may. */
  get graceMs(): number {
    return this.#graceMs ?? 0
  }

  /** Throws where the run has nothing more to say. */
  ensureSpeaking(): void {
    if (this.#over !== undefined) throw turnIsOver(this.#over)
  }

  /** Begins a draft and gives its number. */
  open(head: DraftHead): number {
    this.ensureSpeaking()
    const draft = ++this.#drafts
    this.#say({ type: 'open', run: this.run, draft, head })
    return draft
  }

  /** Adds to a draft; `escaped` is text as it stands inside a JSON string, `bytes` its length in UTF-8. */
  add(draft: number, escaped: string, bytes: number): void {
    this.ensureSpeaking()
    this.#credit -= bytes
    this.#say({ type: 'add', run: this.run, draft, escaped, at: this.#now() })
  }

  /** Resolves at once while credit is left, else when there is some again. Rejects when the run is over. */
  room(): Promise<void> {
    if (this.#over !== undefined) return handled(Promise.reject(turnIsOver(this.#over)))
    if (this.#credit > 0) return DONE
    return handled(new Promise<void>((resolve, reject) => this.#roomWaiters.push({ resolve, reject })))
  }

  /** Says how far a span or task is; it stands until the next. */
  progress(key: string, event: ProgressFields): void {
    // A tool that is tidying up may go on to tell how far it is: nobody listens, and it need not know.
    if (this.isStopping) return
    this.ensureSpeaking()
    const json = JSON.stringify({ ...event, at: this.#now(), turn: this.#turn })
    const level = event.type === 'trace.progress' ? event.level : undefined
    this.#say({ type: 'progress', run: this.run, key, event: event.type, level, json })
  }

  /**
   * Says commits that enter the log together, and resolves when they are in it. Throws `event_too_big`, and says none
   * of them, where one is over the bound.
   */
  commit(commits: readonly CommitFields[]): Promise<void> {
    if (commits.length === 0) return DONE
    this.ensureSpeaking()
    const bodies = commits.map((fields) => this.#bodyOf(fields))
    const bytes = bodies.reduce((sum, { bytes }) => sum + bytes, 0)
    this.#ensureFewWait(bodies.length, bytes)
    const n = this.#sayCommits(
      bodies.map(({ body }) => body),
      bytes,
    )
    return handled(new Promise<void>((resolve, reject) => this.#storedWaiters.push({ n, waiter: { resolve, reject } })))
  }

  /** Asks for what a person sent to steer by; `step` is the step that would take it. */
  take(step: string): Promise<readonly AgentInput[]> {
    this.ensureSpeaking()
    this.#say({ type: 'take', run: this.run, step })
    return handled(new Promise((resolve, reject) => this.#takeWaiters.push({ resolve, reject })))
  }

  /** Resolves with the outcome of a request, also where that came before. */
  outcomeOf(request: string): Promise<Settled> {
    if (this.#over !== undefined) return handled(Promise.reject(turnIsOver(this.#over)))
    const settled = this.#settled.get(request)
    if (settled) return Promise.resolve(settled)
    return handled(new Promise<Settled>((resolve, reject) => this.#settledWaiters.set(request, { resolve, reject })))
  }

  /** Asks another agent. Where `signal` aborts, the answer is not waited for any more, and that agent may stop. */
  callAgent(agent: string, text: string, call: string, signal: AbortSignal): Promise<AgentAnswer> {
    this.ensureSpeaking()
    const n = ++this.#agentCalls
    this.#say({ type: 'call-agent', run: this.run, n, agent, text, call })
    const leave = () => {
      const waiter = this.#agentWaiters.get(n)
      if (!waiter || !this.#agentWaiters.delete(n)) return
      if (this.#over === undefined) this.#say({ type: 'leave-agent', run: this.run, n })
      waiter.reject(signal.reason)
    }
    signal.addEventListener('abort', leave, { once: true })
    const answer = new Promise<AgentAnswer>((resolve, reject) => this.#agentWaiters.set(n, { resolve, reject }))
    return handled(answer.finally(() => signal.removeEventListener('abort', leave)))
  }

  /** Says whether all that the run does is wait for people or a time. */
  waiting(isWaiting: boolean): void {
    if (this.#over === undefined) this.#say({ type: 'waiting', run: this.run, isWaiting, heard: this.#heard })
  }

  /** Ends the run, if nothing ended it before. */
  end(end: TurnEnd): void {
    if (this.#over !== undefined) return
    this.#say({ type: 'end', run: this.run, end })
    this.#fallSilent(end.outcome === 'completed' ? 'it has completed' : `it has failed: ${end.error.code}`)
  }

  /** Ends the run as failed whatever its code goes on to do: it is told to stop, and nothing it says counts. */
  fail(error: Failure, usage: Usage | undefined, task: TaskEnd = {}): void {
    if (this.#over !== undefined) return
    this.end({ outcome: 'failed', error, usage, ...task })
    this.#abort.abort(turnIsOver(`it has failed: ${error.code}`))
  }

  cancel(reason: string): void {
    if (this.#over !== undefined) return
    this.#fallSilent(reason)
    this.#abort.abort(turnIsOver(reason))
  }

  /** A person stopped the turn: the signal aborts, and of the run only how its tools ended is of interest. */
  stop(reason: string, graceMs: number): void {
    if (this.#over !== undefined) return
    this.#graceMs = graceMs
    this.#fallSilent(reason)
    this.#abort.abort(turnIsOver(reason))
  }

  /** How a tool ended after the run was stopped. Throws `event_too_big` as `commit` does. */
  lastWords(commits: readonly CommitFields[]): void {
    if (!this.isStopping) return
    this.#say({ type: 'commit', run: this.run, commits: commits.map((fields) => this.#bodyOf(fields).body) })
  }

  /** No tool is at work any more: that was all. */
  stopped(): void {
    if (!this.isStopping) return
    this.#graceMs = undefined
    this.#say({ type: 'stopped', run: this.run })
  }

  stored(n: number): void {
    while (this.#items[0] && this.#items[0].n <= n) {
      const item = this.#items.shift()!
      this.#unstoredBytes -= item.bytes
      this.#unstoredCommits -= item.commits
    }
    while (this.#storedWaiters[0] && this.#storedWaiters[0].n <= n) this.#storedWaiters.shift()!.waiter.resolve()
  }

  credit(bytes: number): void {
    this.#credit += bytes
    if (this.#credit <= 0) return
    const waiters = this.#roomWaiters
    this.#roomWaiters = []
    for (const waiter of waiters) waiter.resolve()
  }

  steer(inputs: readonly AgentInput[]): void {
    this.#takeWaiters.shift()?.resolve(inputs)
  }

  /** How many outcomes it was told. */
  get heard(): number {
    return this.#heard
  }

  settled(request: string, settled: Settled): void {
    this.#heard += 1
    this.#settled.set(request, settled)
    this.#settledWaiters.get(request)?.resolve(settled)
    this.#settledWaiters.delete(request)
  }

  agentSaid(n: number, answer: AgentAnswer): void {
    this.#agentWaiters.get(n)?.resolve(answer)
    this.#agentWaiters.delete(n)
  }

  #say(said: Said): void {
    this.#joinable = undefined
    this.#outlet.say(said)
  }

  #sayCommits(commits: CommitBody[], bytes: number): number {
    const open = this.#joinable
    if (open && open.tick === this.#outlet.tick && open.commits.length + commits.length <= COMMITS_OF_AN_ITEM) {
      open.commits.push(...commits)
      this.#items.push({ n: this.#itemsSaid, bytes, commits: commits.length })
      return this.#itemsSaid
    }
    this.#say({ type: 'commit', run: this.run, commits })
    this.#joinable = { tick: this.#outlet.tick, commits }
    this.#items.push({ n: ++this.#itemsSaid, bytes, commits: commits.length })
    return this.#itemsSaid
  }

  #ensureFewWait(commits: number, bytes: number): void {
    this.#unstoredBytes += bytes
    this.#unstoredCommits += commits
    if (this.#unstoredBytes <= UNSTORED_BYTES && this.#unstoredCommits <= UNSTORED_COMMITS) return
    const bound = `at most ${UNSTORED_COMMITS} commits and ${UNSTORED_BYTES} bytes of them may wait for the log`
    throw new AgentFailure(
      'output_too_big',
      `the agent records faster than the log takes it: ${bound}; await each step`,
    )
  }

  #bodyOf({ type, step, ...fields }: CommitFields & { readonly step?: string | undefined }): {
    readonly body: CommitBody
    readonly bytes: number
  } {
    const json = JSON.stringify({ type, at: this.#now(), turn: this.#turn, step, ...fields })
    const bytes = Buffer.byteLength(json)
    if (bytes > LIMITS.commitBytes) {
      const what = `${type}${step ? ` of step ${step}` : ''}`
      throw new AgentFailure('event_too_big', `${what} has ${bytes} bytes; a log takes ${LIMITS.commitBytes}`)
    }
    const { call, request, span, task, level, message, output } = fields as Partial<Record<string, unknown>>
    const body: CommitBody = {
      type,
      json,
      ...(step === undefined ? {} : { step }),
      ...(typeof call === 'string' ? { call } : {}),
      ...(typeof request === 'string' ? { request } : {}),
      ...(typeof span === 'string' ? { span } : {}),
      ...(typeof task === 'string' ? { task } : {}),
      ...(level === undefined ? {} : { level: level as NonNullable<CommitBody['level']> }),
      ...(holdsReasoning(message ?? output) ? { reasoning: true } : {}),
    }
    return { body, bytes }
  }

  #fallSilent(reason: string): void {
    this.#over = reason
    const error = turnIsOver(reason)
    for (const { waiter } of this.#storedWaiters) waiter.reject(error)
    for (const waiter of this.#roomWaiters) waiter.reject(error)
    for (const waiter of this.#takeWaiters) waiter.reject(error)
    for (const waiter of this.#settledWaiters.values()) waiter.reject(error)
    for (const waiter of this.#agentWaiters.values()) waiter.reject(error)
    this.#settledWaiters.clear()
    this.#agentWaiters.clear()
    this.#storedWaiters = []
    this.#roomWaiters = []
    this.#takeWaiters = []
    this.#items = []
  }
}

/** What the end of a task says beside. */
export type TaskEnd = Pick<TurnEnd, 'speak' | 'toolCalls'>

/** Where what is said goes. */
export type Speaker = Pick<Outlet, 'say' | 'tick'>

/** The outcome of a request, as the session tells it. */
export interface Settled {
  readonly outcome: 'answered' | 'expired' | 'withdrawn'
  readonly answer?: Answer | undefined
  readonly by?: string | undefined
}

type ProgressFields =
  | Omit<EventOf<'trace.progress'>, 'seq' | 'sub' | 'at' | 'turn'>
  | Omit<EventOf<'task.progress'>, 'seq' | 'sub' | 'at' | 'turn'>

interface Waiter<T> {
  resolve(value: T): void
  reject(error: Error): void
}

/** Whether a message, or what a task's model said to nobody, holds reasoning. */
function holdsReasoning(said: unknown): boolean {
  const parts = (said as { readonly parts?: unknown } | null | undefined)?.parts
  return Array.isArray(parts) && parts.some((part) => part?.type === 'reasoning')
}

/** The promise, with its rejection heard: whoever awaits it still gets it, and one that nobody awaits is not a stray. */
function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {})
  return promise
}
