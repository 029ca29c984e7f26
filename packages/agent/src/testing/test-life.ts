import type { Answer, EventOf } from '@longwire/protocol'
import type { AgentInput, CommitBody, DraftHead, Said, TurnEnd, TurnStart } from '../boundary/messages.ts'
import type { Run, RunListener } from '../host/agent-host.ts'
import { InProcessHost } from '../host/in-process-host.ts'
import type { TestSession } from './test-session.ts'

export interface TestDraft {
  readonly head: DraftHead
  /** The pieces in which it was said. */
  readonly pieces: string[]
}

/** Why a life is over. */
export type Over = 'ended' | 'crashed' | 'parked' | 'cancelled'

/** So many turns of the event loop without a word mean that what was said has been heard. */
const QUIET_TURNS = 8

/**
 * One process in which the turn lives: from its start to its end, its crash, or until it is parked. Nothing of it is
 * known to the next but the log.
 */
export class TestLife {
  readonly #session: TestSession
  readonly #over = Promise.withResolvers<Over>()
  readonly #runs = new Map<string, TestRunning>()
  #host!: InProcessHost
  #isOver = false
  #isStopping = false
  #batches = 0
  #isReleasing = false

  private constructor(session: TestSession) {
    this.#session = session
  }

  static async begin(session: TestSession, starts: readonly TurnStart[]): Promise<TestLife> {
    const life = new TestLife(session)
    const { agent, clock } = session
    life.#host = await InProcessHost.open([agent], { clock, report: (_, thrown) => session.errors.push(thrown) })
    for (const start of starts) life.start(start)
    return life
  }

  get over(): Promise<Over> {
    return this.#over.promise
  }

  start(start: TurnStart): void {
    const name = start.task ?? start.turn
    this.#runs.set(name, new TestRunning(name, this, this.#session, this.#host, start))
  }

  /** Resolves when its code has heard that it is over, so that it takes nothing from the next life. */
  async lastWord(): Promise<void> {
    for (let turn = 0; turn < QUIET_TURNS; turn++) await new Promise((resolve) => setImmediate(resolve))
  }

  /** A batch of what `running` said has been taken. */
  took(): void {
    this.#batches++
    if (!this.#isOver && !this.#isStopping) void this.#whileWaiting().catch((error: unknown) => this.fail(error))
  }

  ended(name: string): void {
    this.#runs.delete(name)
    if (this.#runs.size === 0) this.finish('ended')
  }

  settle(request: string, settled: Settled): void {
    for (const running of this.#runs.values()) running.run.settled(request, settled)
  }

  /** Nothing that is said from now on counts. */
  finish(over: Over): void {
    if (this.#isOver) return
    this.#isOver = true
    for (const { run } of this.#runs.values()) run.cancel(over)
    this.#over.resolve(over)
  }

  /** A person stops the turn: it is over when its tools have ended, or their time is. */
  stop(): void {
    if (this.#isStopping || this.#isOver) return
    const turn = this.#runs.get(this.#session.turn)
    if (!turn || !this.#session.beginsToStop()) {
      this.finish('cancelled')
      return
    }
    this.#isStopping = true
    turn.stop(this.#session.toolGraceMs)
    void this.#passGrace()
  }

  fail(error: unknown): void {
    this.finish('crashed')
    this.#over.promise.catch(() => {})
    this.#session.fail(error)
  }

  get #isWaiting(): boolean {
    return this.#runs.size > 0 && [...this.#runs.values()].every(({ isWaiting }) => isWaiting)
  }

  /** Where nothing goes on but waits, one of them comes to its end. */
  async #whileWaiting(): Promise<void> {
    if (this.#isReleasing) return
    this.#isReleasing = true
    try {
      while (this.#mayRelease && (await this.#isQuiet())) {
        if (this.#session.options.parks) this.finish('parked')
        else if (!(await this.#session.release((request, settled) => this.settle(request, settled)))) return
      }
    } finally {
      this.#isReleasing = false
    }
  }

  get #mayRelease(): boolean {
    return !this.#isOver && !this.#isStopping && this.#isWaiting
  }

  /** Whether nothing more comes for a while; else looks again when it has come. */
  async #isQuiet(): Promise<boolean> {
    await this.#quiet()
    return this.#mayRelease
  }

  /** Time passes for tools that were stopped, once they do no more by themselves. */
  async #passGrace(): Promise<void> {
    while (!this.#isOver) {
      await this.#quiet()
      if (!this.#isOver) await this.#session.clock.passNext()
    }
  }

  /** Resolves when nothing has been said for a while. */
  async #quiet(): Promise<void> {
    for (let seen = -1; seen !== this.#batches; ) {
      seen = this.#batches
      await this.lastWord()
    }
  }
}

export type Settled = {
  readonly outcome: 'answered' | 'expired' | 'withdrawn'
  readonly answer?: Answer | undefined
  readonly by?: string | undefined
}

/** One run in a life: the turn, or a background task of it. Takes what it says, as a session does. */
class TestRunning implements RunListener {
  readonly run: Run
  isWaiting = false
  readonly #name: string
  readonly #life: TestLife
  readonly #session: TestSession
  readonly #start: TurnStart
  readonly #drafts = new Map<number, TestDraft>()
  #stored = 0
  #isOver = false
  #isStopping = false

  constructor(name: string, life: TestLife, session: TestSession, host: InProcessHost, start: TurnStart) {
    this.#name = name
    this.#life = life
    this.#session = session
    this.#start = start
    this.run = host.start(start, this)
  }

  said(said: readonly Said[]): void {
    const backsOff = said.some(isBackOff)
    for (const item of said) {
      if (this.#isOver) return
      try {
        if (this.#isStopping) this.#takeLast(item)
        else this.#take(item)
      } catch (error) {
        this.#isOver = true
        this.#life.fail(error)
        return
      }
    }
    // A wait before the next try passes at once.
    if (backsOff && !this.isWaiting && this.#session.waits === 0) void this.#session.clock.passNext()
    this.#life.took()
  }

  /** From here on only how its tools ended is of interest. */
  stop(graceMs: number): void {
    this.#isStopping = true
    this.run.stop('cancelled', graceMs)
  }

  died(code: string, message: string): void {
    this.#life.fail(new Error(`${code}: ${message}`))
  }

  #take(item: Said): void {
    switch (item.type) {
      case 'open': {
        const draft = { head: item.head, pieces: [] }
        this.#drafts.set(item.draft, draft)
        this.#session.opened(draft)
        break
      }
      case 'add':
        this.#drafts.get(item.draft)!.pieces.push(JSON.parse(`"${item.escaped}"`))
        this.run.credit(Buffer.byteLength(item.escaped))
        break
      case 'progress':
        this.#session.progress.push(JSON.parse(item.json) as EventOf<'trace.progress'>)
        break
      case 'commit':
        this.#commit(item.commits)
        break
      case 'take':
        this.run.steer(this.#session.join(this.#start.turn, item.step))
        break
      case 'waiting':
        this.isWaiting = item.isWaiting
        break
      case 'call-agent':
        void this.#session.ask(item.agent, item.text).then((answer) => this.run.agentSaid(item.n, answer))
        break
      case 'end':
        this.#end(item.end)
        break
    }
  }

  #takeLast(item: Said): void {
    if (item.type === 'commit') this.#session.appendLast(item.commits)
    if (item.type === 'stopped' || item.type === 'end') this.#finish('cancelled')
  }

  #commit(commits: readonly CommitBody[]): void {
    const crash = this.#session.crashNow()
    if (crash !== 'before') this.#session.append(commits)
    if (crash === 'before' || crash === 'in') this.#finish('crashed')
    if (this.#isOver) return
    this.run.stored(++this.#stored)
    if (crash === 'after') setImmediate(() => this.#life.finish('crashed'))
    else if (this.#session.isCancelledNow) this.#life.stop()
    else this.#goOn(commits)
  }

  /** What the session does of itself when these are in the log. */
  #goOn(commits: readonly CommitBody[]): void {
    for (const [request, answer] of this.#session.answeredAtOnce(commits)) {
      const settled = { outcome: 'answered', answer } as const
      this.#session.settle(request, settled)
      this.#life.settle(request, settled)
    }
    for (const { task } of commits.filter(({ type }) => type === 'task.started')) {
      this.#life.start({ ...this.#start, task: task!, recorded: this.#session.recordedOf(this.#start.turn) })
    }
  }

  #end(end: TurnEnd): void {
    this.#isOver = true
    if (this.#start.task === undefined) this.#session.endTurn(end)
    else this.#session.endTask(this.#start.task, end)
    this.#life.ended(this.#name)
  }

  #finish(over: Over): void {
    this.#isOver = true
    this.#life.finish(over)
  }
}

/** A wait that no person and no step of the author's own asked for: before a model call is tried again. */
function isBackOff(item: Said): boolean {
  return item.type === 'progress' && item.event === 'trace.progress' && item.json.includes('"kind":"wait"')
}

/** What an author gives as the inputs of a turn. */
export function inputOf(text: string, n: number, by: string, delivery: AgentInput['delivery'] = 'queue'): AgentInput {
  return { input: `i${n}`, delivery, text, by }
}
