import type { AgentHost, CommitBody, Run, RunListener, Said, TurnEnd, TurnStart } from '@longwire/agent/internal'
import type { FailureCode } from '@longwire/protocol'
import type { Session } from '../session/session.ts'
import type { AgentCall } from '../turn/agent-call.ts'

/** What a running task reports. All are called from within the session's mailbox. */
export interface TaskOutlook {
  ended(end: TurnEnd): Promise<void>
  died(code: FailureCode, message: string): Promise<void>
  unstorable(error: unknown): void
  /** The task asks another agent. */
  asks(item: Extract<Said, { type: 'call-agent' }>): AgentCall
}

/** A background task with an agent behind it. It says how far it is and records its steps; it says nothing to the person. */
export class LiveTask implements RunListener {
  readonly task: string
  readonly #session: Session
  readonly #outlook: TaskOutlook
  readonly #run: Run
  readonly #calls = new Map<number, AgentCall>()
  #stored = 0
  #over = false

  constructor(
    session: Session,
    host: AgentHost,
    start: TurnStart & { readonly task: string },
    outlook: TaskOutlook,
    isAlone: boolean,
  ) {
    this.task = start.task
    this.#session = session
    this.#outlook = outlook
    this.#run = host.start(start, this, { isAlone })
  }

  said(said: readonly Said[]): void {
    this.#session.mailbox.post(() => this.#take(said))
  }

  died(code: FailureCode, message: string): void {
    this.#session.mailbox.post(() => {
      if (this.#over) return
      this.#over = true
      return this.#outlook.died(code, message)
    })
  }

  cancel(reason: string): void {
    if (this.#over) return
    this.#over = true
    this.#run.cancel(reason)
  }

  async #take(said: readonly Said[]): Promise<void> {
    for (const item of said) {
      if (this.#over) return
      if (item.type === 'progress') this.#progress(item)
      if (item.type === 'commit') await this.#commit(item.commits)
      if (item.type === 'call-agent') this.#callAgent(item)
      if (item.type === 'leave-agent') this.#calls.get(item.n)?.leave()
      if (item.type === 'end') {
        this.#over = true
        await this.#outlook.ended(item.end)
      }
    }
  }

  #callAgent(item: Extract<Said, { type: 'call-agent' }>): void {
    const call = this.#outlook.asks(item)
    this.#calls.set(item.n, call)
    void call.answer.then((answer) => {
      this.#calls.delete(item.n)
      if (!this.#over) this.#run.agentSaid(item.n, answer)
    })
  }

  #progress({ key, event, level, json }: Extract<Said, { type: 'progress' }>): void {
    const place = this.#session.nextDraftPlace()
    this.#session.tell(this.#session.drafts.progress(key, event, level, json, place))
  }

  async #commit(bodies: readonly CommitBody[]): Promise<void> {
    try {
      await this.#session.commit(bodies)
      this.#run.stored(++this.#stored)
    } catch (error) {
      this.cancel('the session log cannot be written')
      this.#outlook.unstorable(error)
    }
  }
}
