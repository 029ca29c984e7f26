import type { AgentHost, TurnEnd } from '@longwire/agent/internal'
import type { EventOf, Limits } from '@longwire/protocol'
import type { Logger } from 'pino'
import type { OpenTask } from '../session/open-task.ts'
import type { Session } from '../session/session.ts'
import { isWorkerFault } from '../session/tries.ts'
import { AgentCall, type OpensChild } from '../turn/agent-call.ts'
import { type Loss, refusalToRecover } from '../turn/turn-commits.ts'
import { turnStart } from '../turn/turn-start.ts'
import { LiveTask } from './live-task.ts'

export interface TaskHouse {
  readonly agents: AgentHost
  readonly log: Logger
  readonly limits: Limits
  readonly openChild: OpensChild
  /** Something ended of which the agent may speak. */
  readonly onEnd: () => Promise<void>
}

type Finish = Pick<EventOf<'task.finished'>, 'outcome' | 'result' | 'speaks' | 'usage' | 'toolCalls'>

const TRY_AGAIN_MS = 5_000

interface HeldTasks {
  readonly live: Map<string, LiveTask>
  readonly starting: Set<string>
  /** Those that may have taken their worker down: they run alone from then on. */
  readonly suspects: Set<string>
}

/** The background tasks of one session. What it does to the session it does from within the session's mailbox. */
export class Tasks {
  readonly #session: Session
  readonly #house: TaskHouse
  #held: HeldTasks | undefined
  #repair: NodeJS.Timeout | undefined

  constructor(session: Session, house: TaskHouse) {
    this.#session = session
    this.#house = house
  }

  get running(): number {
    return this.#held?.live.size ?? 0
  }

  /** Made when there is a task: most sessions never have one. */
  get #tasks(): HeldTasks {
    this.#held ??= { live: new Map(), starting: new Set(), suspects: new Set() }
    return this.#held
  }

  /** Sets the agent to work on every task that the log says is open and nobody runs. */
  begin(): void {
    for (const { task } of this.#session.state.tasks) {
      if (this.#tasks.live.has(task) || this.#tasks.starting.has(task)) continue
      this.#tasks.starting.add(task)
      this.#session.mailbox.post(() => this.#begin(task))
    }
  }

  /** Runs again what an earlier process left: each task once more, as often as a task may be run. */
  async recover(): Promise<void> {
    const lost = this.#session.state.tasks.filter(({ task }) => !this.#tasks.live.has(task))
    for (const task of lost) await this.#again(task, { code: 'node_died', message: 'the process that ran it died' })
    this.begin()
  }

  /** Commits that end every task because the session ends. */
  cancelling() {
    return this.#session.state.tasks.map(({ task }) =>
      this.#session.body({ type: 'task.finished', task, outcome: 'cancelled' }),
    )
  }

  /** Lets go of every task: another process goes on with those that are open in the log. */
  close(): void {
    clearTimeout(this.#repair)
    for (const live of this.#held?.live.values() ?? []) live.cancel('the task is left')
    this.#held?.live.clear()
  }

  async #begin(task: string): Promise<void> {
    this.#tasks.starting.delete(task)
    const open = this.#session.state.tasks.find((each) => each.task === task)
    if (!open || this.#tasks.live.has(task)) return
    try {
      const start = await turnStart(this.#session, open.turn)
      this.#tasks.live.set(
        task,
        new LiveTask(
          this.#session,
          this.#house.agents,
          { ...start, task },
          {
            ended: (end) => this.#end(open, end),
            died: (code, message) => this.#died(open, { code, message }),
            unstorable: (error) => this.#unstorable(task, error),
            asks: (item) => this.#asks(item),
          },
          this.#tasks.suspects.has(task),
        ),
      )
    } catch (error) {
      this.#unstorable(task, error)
    }
  }

  #asks(item: ConstructorParameters<typeof AgentCall>[1]): AgentCall {
    const call = new AgentCall(this.#session, item)
    void call.ask(this.#house.openChild)
    return call
  }

  async #end({ task }: OpenTask, end: TurnEnd): Promise<void> {
    const isDone = end.outcome === 'completed'
    const result = isDone ? end.result : { error: end.error.message }
    const { speak: speaks, usage, toolCalls } = end
    await this.#finish(task, { outcome: isDone ? 'ok' : 'error', result, speaks, usage, toolCalls })
  }

  async #died(open: OpenTask, loss: Loss): Promise<void> {
    this.#tasks.live.delete(open.task)
    if (isWorkerFault(loss.code)) this.#tasks.suspects.add(open.task)
    try {
      await this.#again(open, loss)
      this.begin()
    } catch (error) {
      this.#unstorable(open.task, error)
    }
  }

  /** Notes that the task is run once more; one that was run too often is over. */
  async #again({ task, label, turn }: OpenTask, loss: Loss): Promise<void> {
    const { attempt, tries } = this.#session.state.tasks.find((each) => each.task === task)!
    const refusal = refusalToRecover(tries, loss, this.#house.limits)
    if (refusal) {
      return this.#finish(task, { outcome: 'error', result: { error: refusal.message }, speaks: true })
    }
    await this.#session.commit([this.#session.body({ type: 'task.started', turn, task, label, attempt: attempt + 1 })])
  }

  async #finish(task: string, fields: Finish): Promise<void> {
    this.#tasks.live.delete(task)
    this.#tasks.suspects.delete(task)
    try {
      await this.#session.commit([this.#session.body({ type: 'task.finished', task, ...fields })])
      await this.#house.onEnd()
    } catch (error) {
      this.#unstorable(task, error)
    }
  }

  #tryAgain(task: string): void {
    this.begin()
    // It may be that the task has its end in the log, and only the turn that speaks of it has not.
    this.#session.mailbox.post(() => this.#house.onEnd().catch((error) => this.#unstorable(task, error)))
  }

  /** The log cannot be written: what is open is begun again when it can. */
  #unstorable(task: string, error: unknown): void {
    if (this.#session.isLost) {
      this.close()
      return
    }
    this.#house.log.error({ session: this.#session.id, task, err: error }, 'a background task could not go on')
    this.#tasks.live.get(task)?.cancel('the session log cannot be written')
    this.#tasks.live.delete(task)
    clearTimeout(this.#repair)
    this.#repair = setTimeout(() => this.#tryAgain(task), TRY_AGAIN_MS)
    this.#repair.unref()
  }
}
