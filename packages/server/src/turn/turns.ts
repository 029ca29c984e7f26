import type { AgentHost, CommitBody, TurnEnd, TurnStart } from '@longwire/agent/internal'
import type { FailureCode, Limits } from '@longwire/protocol'
import type { Logger } from 'pino'
import type { Session } from '../session/session.ts'
import type { WaitingInput } from '../session/session-state.ts'
import { historyOf } from './history.ts'
import { LiveTurn } from './live-turn.ts'
import { type Ending, endOf, failure, nextInputs, recoveryOf, startOf } from './turn-commits.ts'

/** What turns need of the house around them. */
export interface TurnHouse {
  readonly agents: AgentHost
  readonly limits: Limits
  readonly log: Logger
  /** False once the server is stopping: what runs may end, nothing new begins. */
  readonly takesTurns: () => boolean
  readonly onEnd: (outcome: Ending['outcome']) => void
}

const REPAIR_AFTER_MS = 1_000
const REPAIR_AFTER_MOST_MS = 30_000

/**
 * The turns of one session, one at a time. Everything here but `launch` and the timers is called from within the
 * session's mailbox, so what it reads of the state holds until it has written.
 */
export class Turns {
  readonly #session: Session
  readonly #house: TurnHouse
  #live: LiveTurn | undefined
  #timeLimit: NodeJS.Timeout | undefined
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

  /** Commits that start a turn with what waits and with these, to follow commit `seq`; none where none can start. */
  beginning(seq: number, joining: readonly WaitingInput[] = []): readonly CommitBody[] {
    if (!this.#house.takesTurns() || this.#session.state.closed) return []
    const inputs = nextInputs([...joining, ...this.#session.state.waiting])
    return inputs.length > 0 ? startOf(this.#session, seq + 1, inputs) : []
  }

  /** Sets the agent to work on the turn that was just committed. */
  launch(inputs: readonly WaitingInput[]): void {
    this.#session.mailbox.post(() => this.#launch(inputs))
  }

  /** Commits that stop the running turn for a person; the agent is told when they are in the log: see `stopped`. */
  cancelling(command: string | undefined): readonly CommitBody[] {
    return this.#session.state.turn ? endOf(this.#session, { outcome: 'cancelled', command }) : []
  }

  /** The turn's end is in the log by a person's will: the agent may stop. */
  stopped(turn: string, reason: string): void {
    this.#forget(turn, reason)
    this.#house.onEnd('cancelled')
  }

  settled(...settled: Parameters<LiveTurn['settled']>): void {
    this.#live?.settled(...settled)
  }

  /** Ends the running turn as failed, because the house has to. */
  async cut(code: FailureCode, message: string): Promise<void> {
    if (this.#session.state.turn) await this.#end({ outcome: 'failed', error: failure(code, message) })
  }

  /** Mends a session whose log has an open turn that nobody runs, and goes on with what waits. */
  async recover(code: FailureCode, message: string): Promise<void> {
    const { state } = this.#session
    if (state.turn && !this.#live) await this.#write(recoveryOf(this.#session, code, message))
    else if (!state.turn) await this.#write([])
  }

  close(): void {
    clearTimeout(this.#timeLimit)
    clearTimeout(this.#repair)
  }

  async #launch(inputs: readonly WaitingInput[]): Promise<void> {
    const { state } = this.#session
    if (!state.turn || this.#live) return
    try {
      await this.#start(state.turn.turn, state.turn.attempt, inputs)
    } catch (error) {
      this.#house.log.error({ session: this.#session.id, err: error }, 'a turn could not be started')
      const message = error instanceof Error ? error.message : 'the agent could not be started'
      await this.#end({ outcome: 'failed', error: failure('agent_unavailable', message) })
    }
  }

  async #start(turn: string, attempt: number, inputs: readonly WaitingInput[]): Promise<void> {
    const session = this.#session
    const start: TurnStart = {
      session: session.id,
      turn,
      agent: session.agent,
      attempt,
      cause: 'input',
      principal: session.principal,
      metadata: session.state.metadata,
      inputs,
      history: historyOf(await session.views.committed(), turn),
      recorded: [],
    }
    this.#timeLimit = setTimeout(() => {
      session.mailbox.post(() => {
        if (session.state.turn?.turn !== turn) return
        return this.cut('turn_too_long', `the turn ran for longer than ${this.#house.limits.turnMs} ms`)
      })
    }, this.#house.limits.turnMs)
    this.#timeLimit.unref()
    this.#live = new LiveTurn(session, this.#house.agents, start, {
      ended: (end) => this.#end(end),
      died: (code, message) => this.#end({ outcome: 'failed', error: failure(code, message) }),
      unstorable: (error) => this.#unstorable(turn, error),
    })
  }

  async #end(end: TurnEnd): Promise<void> {
    const turn = this.#session.state.turn?.turn
    if (turn === undefined) return
    try {
      await this.#write(endOf(this.#session, end), () => this.#forget(turn, 'the turn has ended'))
      this.#house.onEnd(end.outcome)
    } catch (error) {
      this.#unstorable(turn, error)
    }
  }

  /** Writes these commits, and with them the start of the next turn where one waits. */
  async #write(bodies: readonly CommitBody[], written: () => void = () => {}): Promise<void> {
    const session = this.#session
    const returned = new Set(
      bodies.flatMap((body) => (body.type === 'input.returned' ? [JSON.parse(body.json).input] : [])),
    )
    const waiting = session.state.waiting.filter(({ input }) => !returned.has(input))
    const goesOn = this.#house.takesTurns() && !session.state.closed
    const inputs = goesOn ? nextInputs(waiting) : []
    const start = inputs.length > 0 ? startOf(session, session.head + bodies.length + 1, inputs) : []
    if (bodies.length + start.length === 0) return
    await session.commit([...bodies, ...start])
    written()
    if (start.length > 0) this.launch(inputs)
  }

  #forget(turn: string, reason: string): void {
    clearTimeout(this.#timeLimit)
    if (this.#live?.turn !== turn) return
    this.#live.cancel(reason)
    this.#live = undefined
  }

  /** The log cannot be written: the turn is over for the agent, and its end is written when the store is back. */
  #unstorable(turn: string, error: unknown): void {
    this.#house.log.error({ session: this.#session.id, turn, err: error }, 'the log of a turn cannot be written')
    clearTimeout(this.#timeLimit)
    this.#live?.cancel('the session log cannot be written')
    this.#live = undefined
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
