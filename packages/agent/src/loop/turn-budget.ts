import type { LanguageModelV4 } from '@ai-sdk/provider'
import type { Commit, Usage } from '@longwire/protocol'
import { describeModel } from '../model/model.ts'
import { AgentFailure } from '../turn/failure.ts'
import { isOfTask, isTaskCall } from '../turn/journal.ts'
import type { RunningTurn } from '../turn/running-turn.ts'
import { type Overrun, overrunOf, overrunText, spentBy, spentWith } from './budget.ts'
import type { Budget } from './budget-bounds.ts'
import { priceOf, withCost } from './price.ts'
import { workedMs } from './worked-ms.ts'

/** What one turn may use, what it did, and what people granted it on top. */
export class TurnBudget {
  readonly #run: RunningTurn
  readonly #workedBefore: number
  readonly #startedAt: number
  readonly #grants: Record<string, number> = {}
  #waitedMs = 0
  #waitingSince: number | undefined
  #toolCalls: number

  constructor(run: RunningTurn) {
    this.#run = run
    this.#startedAt = run.clock.now()
    const own = run.start.recorded.filter((commit) => isOwn(run, commit))
    this.#workedBefore = workedMs(own)
    this.#toolCalls = callsIn(own)
  }

  /** What a model call used, with its cost. */
  priced(usage: Usage, model: LanguageModelV4): Usage {
    return withCost(usage, priceOf(this.#run.agent.prices, model))
  }

  /** Time in which all that the turn does is wait is not its working time. */
  waits(isWaiting: boolean): void {
    const now = this.#run.clock.now()
    if (this.#waitingSince !== undefined) this.#waitedMs += Math.max(0, now - this.#waitingSince)
    this.#waitingSince = isWaiting ? now : undefined
  }

  countTools(calls: number): void {
    this.#toolCalls += calls
  }

  get toolCalls(): number {
    return this.#toolCalls
  }

  grant(bound: string, more: number): void {
    this.#grants[bound] = (this.#grants[bound] ?? 0) + more
  }

  /** How long the turn may still work by its bounds of time; undefined where it has none. */
  get wallMsLeft(): number | undefined {
    const { budget } = this.#run.agent
    if (budget?.turn?.wallMs === undefined && budget?.session?.wallMs === undefined) return undefined
    const earlier = this.#run.start.used?.wallMs ?? 0
    const left = (scope: 'turn' | 'session', used: number) => {
      const given = budget[scope]?.wallMs
      return given === undefined ? Number.POSITIVE_INFINITY : given + (this.#grants[`${scope}.wallMs`] ?? 0) - used
    }
    const { wallMs } = this
    return Math.max(0, Math.min(left('turn', wallMs), left('session', earlier + wallMs)))
  }

  /** Why a model call is stopped that went on for longer than there was time. */
  outOfTime(): AgentFailure {
    const over = this.over(0)
    return new AgentFailure('budget_exceeded', over ? overrunText(over) : 'the turn is out of working time')
  }

  /** Milliseconds at work, over all runs of the turn. */
  get wallMs(): number {
    return Math.max(0, this.#run.clock.now() - this.#startedAt - this.#waitedMs) + this.#workedBefore
  }

  /** The bound that does not let the turn go on, with so many more tool calls. */
  over(toolCalls: number): Overrun | undefined {
    const { budget } = this.#run.agent
    const turn = spentBy(this.#run.usage, this.#toolCalls, this.wallMs)
    const session = spentWith(this.#run.start.used, turn)
    return budget && overrunOf(budget, { turn, session }, toolCalls, this.#grants)
  }

  /** Throws where the model has no price: a bound in money is none where nobody knows what the model costs. */
  ensurePriced(model: LanguageModelV4): void {
    const { budget, prices } = this.#run.agent
    if (!boundsCost(budget) || priceOf(prices, model)) return
    const name = describeModel(model)
    throw new AgentFailure('agent_error', `the agent bounds what it costs, but its prices do not name ${name}`)
  }
}

/** How many tools were called, or would have been had a person not denied it. */
function callsIn(recorded: readonly Commit[]): number {
  const calls = recorded.flatMap((commit) => {
    if (isTaskCall(commit)) return [commit.step]
    return commit.type === 'tool.started' || commit.type === 'tool.finished' ? [commit.call] : []
  })
  return new Set(calls).size
}

/** A task is bounded as a turn of its own: what the turn did that it is a part of is not its own, nor the other way round. */
function isOwn({ name, isTask }: RunningTurn, commit: Commit): boolean {
  const isAboutTask = commit.type === 'task.started' || commit.type === 'task.finished'
  const of = isAboutTask ? commit.task : commit.step
  if (isTask) return of === name || (of?.startsWith(`${name}.`) ?? false)
  return of === undefined || !isOfTask(of)
}

function boundsCost(budget: Budget | undefined): boolean {
  return budget?.turn?.cost !== undefined || budget?.session?.cost !== undefined
}
