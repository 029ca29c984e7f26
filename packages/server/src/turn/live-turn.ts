import type {
  AgentAnswer,
  AgentHost,
  CommitBody,
  Run,
  RunListener,
  Said,
  TurnEnd,
  TurnStart,
} from '@longwire/agent/internal'
import type { Failure, FailureCode } from '@longwire/protocol'
import type { Session } from '../session/session.ts'
import type { AgentCall } from './agent-call.ts'
import { failure } from './turn-commits.ts'

/** What a running turn reports to those who began it. All are called from within the session's mailbox. */
export interface TurnOutlook {
  /** The agent's function is over. */
  ended(end: TurnEnd): Promise<void>
  /** The worker is gone. */
  died(code: FailureCode, message: string): Promise<void>
  /** What the agent said could not be stored. */
  unstorable(error: unknown): void
  /** The agent asks another one. */
  asks(item: Extract<Said, { type: 'call-agent' }>): AgentCall
  /** Background tasks are in the log that nobody runs yet. */
  began(): void
  /** After `stop`: no tool of it is at work any more. */
  stopped(): Promise<void>
  /** All that the turn does is wait for people or time, or no longer. */
  waits(isWaiting: boolean): void
}

/** Why a run is cancelled that will be begun again: its turn only waits, or goes on elsewhere. */
export const PARKED = 'parked'
export const HANDED_ON = 'the turn goes on elsewhere'

/** A turn with an agent behind it: takes what the agent says, in order, and turns it into places of the session. */
export class LiveTurn implements RunListener {
  readonly turn: string
  readonly #session: Session
  readonly #outlook: TurnOutlook
  readonly #run: Run
  #stored = 0
  #isStopping = false
  #over = false
  /** How many outcomes it was told, and whether it waited when it had heard so many of them. */
  #told = 0
  #waits = { isWaiting: false, heard: 0 }
  readonly #calls = new Map<number, AgentCall>()

  constructor(session: Session, host: AgentHost, start: TurnStart, outlook: TurnOutlook, isAlone: boolean) {
    this.turn = start.turn
    this.#session = session
    this.#outlook = outlook
    this.#run = host.start(start, this, { isAlone })
  }

  /** All that it does is wait. One that was told of an outcome since it said so has something to do. */
  get isWaiting(): boolean {
    return this.#waits.isWaiting && this.#waits.heard === this.#told
  }

  said(said: readonly Said[]): void {
    this.#session.mailbox.post(() => (this.#isStopping ? this.#takeLast(said) : this.#take(said, 0)))
  }

  died(code: FailureCode, message: string): void {
    this.#session.mailbox.post(() => {
      if (this.#over) return
      this.#over = true
      return this.#outlook.died(code, message)
    })
  }

  /** Stops listening, and tells the agent to stop. */
  cancel(reason: string): void {
    if (this.#over) return
    this.#over = true
    this.#run.cancel(reason)
    // A turn that goes on later, or elsewhere, wants its answers still.
    if (reason !== PARKED && reason !== HANDED_ON) for (const call of this.#calls.values()) call.leave()
  }

  /** Tells the agent to stop, and listens on to how its tools end: for so long, and until `stopped`. */
  stop(reason: string, graceMs: number): void {
    if (this.#over) return
    this.#isStopping = true
    this.#run.stop(reason, graceMs)
    for (const call of this.#calls.values()) call.leave()
  }

  /** Ends the worker of the agent: the turn is told that it died. */
  kill(why: string): void {
    this.#run.kill(why)
  }

  settled(...settled: Parameters<Run['settled']>): void {
    this.#told += 1
    this.#run.settled(...settled)
  }

  /** Takes what was said from `index` on. Waits only where something has to be stored. */
  #take(said: readonly Said[], index: number): void | Promise<void> {
    let bytes = 0
    for (let at = index; at < said.length && !this.#over; at++) {
      const item = said[at]!
      switch (item.type) {
        case 'open':
          this.#session.drafts.open(item.draft, item.head)
          break
        case 'add':
          bytes += Buffer.byteLength(item.escaped)
          this.#add(item.draft, item.escaped, item.at)
          break
        case 'progress': {
          const { key, event, level, json } = item
          const place = this.#session.nextDraftPlace()
          this.#session.tell(this.#session.drafts.progress(key, event, level, json, place))
          break
        }
        case 'commit': {
          const end = endOfCommits(said, at)
          // It is past what it waited for, and says so when it waits again: parked now, nothing would wake it.
          this.#waits = { isWaiting: false, heard: 0 }
          this.#run.credit(bytes)
          return this.#commit(said.slice(at, end), () => this.#take(said, end))
        }
        case 'take':
          this.#run.credit(bytes)
          return this.#steer(item.step, () => this.#take(said, at + 1))
        case 'call-agent':
          this.#callAgent(item)
          break
        case 'leave-agent':
          this.#calls.get(item.n)?.leave()
          break
        case 'waiting':
          this.#waits = item
          this.#outlook.waits(item.isWaiting)
          break
        case 'stopped':
          break
        case 'end':
          this.#over = true
          return this.#outlook.ended(item.end)
      }
    }
    if (bytes > 0 && !this.#over) this.#run.credit(bytes)
  }

  /** Of what was said around a stop only how tools ended still counts: the rest of the turn is settled. */
  async #takeLast(said: readonly Said[]): Promise<void> {
    if (this.#over) return
    const commits = said.flatMap((item) => (item.type === 'commit' ? item.commits : []))
    const open = this.#session.state.turn?.calls.map(({ call }) => call) ?? []
    const last = commits.filter(
      ({ type, call }) => type === 'trace.span' || (type === 'tool.finished' && open.includes(call!)),
    )
    try {
      if (last.length > 0) await this.#session.commit(last)
    } catch (error) {
      return this.#lose(error)
    }
    if (!said.some(({ type }) => type === 'stopped' || type === 'end')) return
    this.#over = true
    await this.#outlook.stopped()
  }

  /** What the agent said could not be stored. */
  #lose(error: unknown): void {
    this.#over = true
    this.#run.cancel('the session log cannot be written')
    this.#outlook.unstorable(error)
  }

  #callAgent(item: Extract<Said, { type: 'call-agent' }>): void {
    const call = this.#outlook.asks(item)
    this.#calls.set(item.n, call)
    void call.answer.then((answer: AgentAnswer) => {
      this.#calls.delete(item.n)
      if (!this.#over) this.#run.agentSaid(item.n, answer)
    })
  }

  #add(draft: number, escaped: string, at: number): void {
    const event = this.#session.drafts.add(draft, escaped, this.#session.nextDraftPlace(), at)
    if (event) this.#session.tell(event)
  }

  /** Commits that were said one after another go to the store together. */
  async #commit(items: readonly Said[], then: () => void | Promise<void>): Promise<void> {
    const bodies: CommitBody[] = items.flatMap((item) => (item.type === 'commit' ? item.commits : []))
    const over = overBound(this.#session, bodies)
    if (over) {
      this.cancel(over.message)
      return this.#outlook.ended({ outcome: 'failed', error: over })
    }
    try {
      if (bodies.length > 0) await this.#session.commit(bodies)
    } catch (error) {
      return this.#lose(error)
    }
    for (const _ of items) this.#run.stored(++this.#stored)
    if (bodies.some(({ type }) => type === 'task.started')) this.#outlook.began()
    await then()
  }

  /** A step boundary: what waits to steer, and context, joins here. */
  async #steer(step: string, then: () => void | Promise<void>): Promise<void> {
    const session = this.#session
    const joining = session.state.waiting.filter((input) => input.delivery === 'steer' || isContext(input))
    const bodies = joining.map(({ input }) => session.body({ type: 'input.applied', input, turn: this.turn, step }))
    try {
      if (bodies.length > 0) await session.commit(bodies)
    } catch (error) {
      return this.#lose(error)
    }
    this.#run.steer(joining)
    await then()
  }
}

/** What a session may hold of tasks and schedules is bounded, whatever its agents ask for. */
function overBound({ state, house }: Session, bodies: readonly CommitBody[]): Failure | undefined {
  const { tasks, schedules } = house.limits
  const begun = bodies.filter(({ type }) => type === 'task.started').length
  if (begun > 0 && state.tasks.length + begun > tasks) {
    return failure('budget_exceeded', `a session may have ${tasks} background tasks at once`)
  }
  const set = bodies.filter(({ type }) => type === 'schedule.set').length
  if (set > 0 && state.schedules.length + set > schedules) {
    return failure('budget_exceeded', `a session may have ${schedules} schedules`)
  }
  return undefined
}

function isContext(input: { text?: string | undefined; parts?: readonly unknown[] | undefined }): boolean {
  return input.text === undefined && !input.parts?.length
}

function endOfCommits(said: readonly Said[], from: number): number {
  let end = from
  while (said[end]?.type === 'commit') end++
  return end
}
