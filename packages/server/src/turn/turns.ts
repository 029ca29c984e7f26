import type { AgentHost, CommitBody } from '@longwire/agent/internal'
import type { FailureCode, Limits } from '@longwire/protocol'
import type { Logger } from 'pino'
import type { Session } from '../session/session.ts'
import { isWorkerFault } from '../session/tries.ts'
import { AgentCall, type OpensChild } from './agent-call.ts'
import { HANDED_ON, LiveTurn, PARKED, type TurnOutlook } from './live-turn.ts'
import { nextTurn } from './next-turn.ts'
import {
  againOf,
  type Ending,
  endOf,
  failure,
  type Loss,
  lostEndOf,
  refusalToRecover,
  stoppingOf,
  withdrawalOf,
} from './turn-commits.ts'
import { turnStart } from './turn-start.ts'

/** What turns need of the house around them. */
export interface TurnHouse {
  readonly agents: AgentHost
  readonly limits: Limits
  readonly log: Logger
  /** False once the server is stopping: what runs may end, nothing new begins. */
  readonly takesTurns: () => boolean
  readonly onEnd: (outcome: Ending['outcome']) => void
  /** A background task is in the log that nobody runs yet. */
  readonly onTask: () => void
  readonly openChild: OpensChild
}

const REPAIR_AFTER_MS = 1_000
/** What a worker may take beside the grace of its tools to say that they have ended. */
const PATIENCE_MS = 250
const REPAIR_AFTER_MOST_MS = 30_000

/*  A session's turn, as this process has it:

      none ──begin──► live ──only waits for long──► parked        live, parked ──end──► none
                       ▲ └──────worker died──────┐    │
                       └──────────again──────────┴────┘ an answer, an expiry, the time of a sleep       */

/**
 * The turns of one session, one at a time. Everything here but `launch` and the timers is called from within the
 * session's mailbox, so what it reads of the state holds until it has written.
 */
export class Turns {
  readonly #session: Session
  readonly #house: TurnHouse
  #live: LiveTurn | undefined
  #isParked = false
  /** The turn that may have taken its worker down: it runs alone from then on. */
  #suspect: string | undefined
  #timeLimit: NodeJS.Timeout | undefined
  #parking: NodeJS.Timeout | undefined
  #stopping: NodeJS.Timeout | undefined
  #repair: NodeJS.Timeout | undefined
  #repairAfterMs = REPAIR_AFTER_MS

  constructor(session: Session, house: TurnHouse) {
    this.#session = session
    this.#house = house
  }

  /** Whether an agent is at work here now. */
  get isLive(): boolean {
    return this.#live !== undefined
  }

  /** Whether the turn waits without an agent in memory. */
  get isParked(): boolean {
    return this.#isParked
  }

  /** Takes over a turn that waits without an agent, from whoever parked it. */
  takeParked(): void {
    this.#isParked = this.#session.state.turn !== undefined
  }

  /** Sets the agent to work on the turn that the log says is open. */
  launch(): void {
    this.#session.mailbox.post(() => this.#launch())
  }

  /** Commits that stop the running turn for a person; the agent is told when they are in the log: see `stopped`. */
  cancelling(command: string | undefined): readonly CommitBody[] {
    return this.#session.state.turn ? endOf(this.#session, { outcome: 'cancelled', command }) : []
  }

  /**
   * Commits with which the running turn begins to stop, where tools of it are at work that may say how they ended; none
   * where there is nothing to wait for, or it is stopping already. See `letStop`.
   */
  stopping(command: string | undefined): readonly CommitBody[] {
    const { turn } = this.#session.state
    if (!turn || turn.isStopping || turn.calls.length === 0 || !this.#live) return []
    return this.#house.limits.toolGraceMs > 0 ? stoppingOf(this.#session, command) : []
  }

  /** That is in the log: the agent is told, and the turn ends when its tools have, or their time is over. */
  letStop(turn: string, reason: string): void {
    const { toolGraceMs } = this.#house.limits
    clearTimeout(this.#parking)
    this.#live?.stop(reason, toolGraceMs)
    // A worker that does not listen is not waited for.
    const patience = setTimeout(
      () => this.#session.mailbox.post(() => this.#endStopped(turn)),
      toolGraceMs + PATIENCE_MS,
    )
    this.#stopping = patience.unref()
  }

  async #endStopped(turn: string): Promise<void> {
    const open = this.#session.state.turn
    if (open?.turn !== turn || !open.isStopping) return
    await this.#end({ outcome: 'cancelled' })
  }

  /** The turn's end is in the log by a person's will: the agent may stop. */
  stopped(turn: string, reason: string): void {
    this.#forget(turn, reason)
    this.#house.onEnd('cancelled')
  }

  /** A request of the turn has its outcome: its agent hears of it, woken for it where it was parked. */
  settled(...settled: Parameters<LiveTurn['settled']>): void {
    if (this.#live) this.#live.settled(...settled)
    else this.wake()
  }

  /** Ends the worker that the turn runs in: it is run again as after any death. False where no agent is at work. */
  kill(why: string): boolean {
    const live = this.#live
    live?.kill(why)
    return live !== undefined
  }

  /** What the turn waited for is here. */
  wake(): void {
    if (this.#isParked && this.#house.takesTurns()) this.launch()
  }

  /** Withdraws what is being said and lets go of the turn: the next process goes on with it. */
  async leave(): Promise<void> {
    const turn = this.#session.state.turn?.turn
    if (turn === undefined || !this.#live) return
    const loss: Loss = { code: 'node_stopped', message: 'the server stopped' }
    const said = new Set(this.#session.drafts.steps())
    const all = withdrawalOf(this.#session, loss)
    const heard = all.filter(({ step }) => step !== undefined && said.has(step))
    // Whoever goes on with it shall know that it was no fault of the agent's that it was cut here.
    const isShared = this.#session.epoch !== undefined
    const withdrawn = heard.length === 0 && isShared ? all.slice(0, 1) : heard
    if (withdrawn.length > 0) await this.#session.commit(withdrawn)
    this.#forget(turn, HANDED_ON)
  }

  /** Lets go of the turn without a word: somebody else runs it, or will. */
  abandon(): void {
    this.#live?.cancel(HANDED_ON)
    this.#letGo()
    this.close()
  }

  /** Runs the session's turn again where it has lost its runner, or goes on with what waits where it has none. */
  async recover(code: FailureCode, message: string): Promise<void> {
    const { turn } = this.#session.state
    if (turn === undefined) await this.#write([])
    else if (!this.#live && !this.#isParked) await this.#again({ code, message })
  }

  /** Begins the next turn, where something calls for one. */
  async goOn(): Promise<void> {
    if (this.#session.state.turn === undefined) await this.#write([])
  }

  close(): void {
    clearTimeout(this.#timeLimit)
    clearTimeout(this.#parking)
    clearTimeout(this.#stopping)
    clearTimeout(this.#repair)
  }

  async #again(loss: Loss): Promise<void> {
    const session = this.#session
    const { turn, tries, isStopping } = session.state.turn!
    // A person stopped it: it is not run again, whatever became of its tools.
    if (isStopping) return this.#end({ outcome: 'cancelled' })
    if (isWorkerFault(loss.code)) this.#suspect = turn
    const refusal = refusalToRecover(tries, loss, this.#house.limits)
    if (refusal) {
      await this.#write(lostEndOf(session, refusal))
      this.#house.onEnd('failed')
      return
    }
    if (!this.#house.takesTurns()) return
    await session.commit([...withdrawalOf(session, loss), ...againOf(session)])
    this.launch()
  }

  async #launch(): Promise<void> {
    const { turn } = this.#session.state
    if (!turn || this.#live || this.#session.isLost) return
    this.#isParked = false
    try {
      await this.#start(turn.turn)
    } catch (error) {
      this.#house.log.error({ session: this.#session.id, err: error }, 'a turn could not be started')
      const message = error instanceof Error ? error.message : 'the agent could not be started'
      await this.#end({ outcome: 'failed', error: failure('agent_unavailable', message) })
    }
  }

  async #start(turn: string): Promise<void> {
    const session = this.#session
    const { agents, limits } = this.#house
    const start = await turnStart(session, turn)
    this.#timeLimit = setTimeout(() => this.#tooLong(turn), limits.turnMs)
    this.#timeLimit.unref()
    const outlook: TurnOutlook = {
      ended: (end) => this.#end(end),
      died: (code, message) => this.#died(turn, { code, message }),
      unstorable: (error) => this.#unstorable(turn, error),
      asks: (item) => this.#asks(item),
      began: () => this.#house.onTask(),
      stopped: () => this.#endStopped(turn),
      waits: (isWaiting) => this.#waits(isWaiting),
    }
    this.#live = new LiveTurn(session, agents, start, outlook, turn === this.#suspect)
  }

  #asks(item: ConstructorParameters<typeof AgentCall>[1]): AgentCall {
    const call = new AgentCall(this.#session, item)
    void call.ask(this.#house.openChild)
    return call
  }

  #tooLong(turn: string): void {
    const { turnMs } = this.#house.limits
    this.#session.mailbox.post(async () => {
      if (this.#session.state.turn?.turn !== turn || !this.#live) return
      const error = failure('turn_too_long', `the turn ran for longer than ${turnMs} ms`)
      await this.#end({ outcome: 'failed', error })
    })
  }

  /** All that the turn does is wait, or no longer. One that waits for long needs no agent in memory. */
  #waits(isWaiting: boolean): void {
    clearTimeout(this.#parking)
    if (!isWaiting) return
    this.#parking = setTimeout(() => this.#session.mailbox.post(() => this.#park()), this.#house.limits.parkMs)
    this.#parking.unref()
  }

  #park(): void {
    const turn = this.#session.state.turn?.turn
    if (turn === undefined || !this.#live?.isWaiting) return
    this.#forget(turn, PARKED)
    this.#isParked = true
    this.#session.onChange()
  }

  async #died(turn: string, loss: Loss): Promise<void> {
    this.#letGo()
    try {
      await this.#again(loss)
    } catch (error) {
      this.#unstorable(turn, error)
    }
  }

  async #end(end: Ending): Promise<void> {
    const turn = this.#session.state.turn?.turn
    if (turn === undefined) return
    try {
      await this.#write(endOf(this.#session, end), () => this.#forget(turn, 'the turn has ended'))
      this.#house.onEnd(end.outcome)
    } catch (error) {
      this.#unstorable(turn, error)
    }
  }

  /** Writes these commits, and with them the start of the next turn where something calls for one. */
  async #write(bodies: readonly CommitBody[], written: () => void = () => {}): Promise<void> {
    const session = this.#session
    const start = this.#house.takesTurns() ? nextTurn(session, bodies) : []
    if (bodies.length + start.length === 0) return
    await session.commit([...bodies, ...start])
    written()
    if (start.length > 0) this.launch()
  }

  #forget(turn: string, reason: string): void {
    if (this.#live?.turn === turn) this.#live.cancel(reason)
    this.#letGo()
  }

  #letGo(): void {
    clearTimeout(this.#timeLimit)
    clearTimeout(this.#parking)
    clearTimeout(this.#stopping)
    this.#live = undefined
    this.#isParked = false
  }

  /** The log cannot be written: the turn is over for the agent, and goes on when the store is back. */
  #unstorable(turn: string, error: unknown): void {
    if (this.#session.isLost) {
      this.abandon()
      return
    }
    this.#house.log.error({ session: this.#session.id, turn, err: error }, 'the log of a turn cannot be written')
    this.#live?.cancel('the session log cannot be written')
    this.#letGo()
    this.#repair = setTimeout(() => {
      this.#session.mailbox.post(() => this.#tryRepair(turn))
    }, this.#repairAfterMs)
    this.#repair.unref()
    this.#repairAfterMs = Math.min(this.#repairAfterMs * 2, REPAIR_AFTER_MOST_MS)
  }

  async #tryRepair(turn: string): Promise<void> {
    try {
      await this.recover('store_unavailable', 'the session log could not be written')
      this.#repairAfterMs = REPAIR_AFTER_MS
    } catch (error) {
      this.#unstorable(turn, error)
    }
  }
}
