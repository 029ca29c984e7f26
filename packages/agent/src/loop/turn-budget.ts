import type { LanguageModelV4 } from '@ai-sdk/provider'
import type { Json, Usage } from '@longwire/protocol'
import { describeModel } from '../model/model.ts'
import { AgentFailure } from '../turn/failure.ts'
import { type Approved, approvalOf, type Question, Questions } from '../turn/questions.ts'
import type { RunningTurn } from '../turn/running-turn.ts'
import type { Scope } from '../turn/scope.ts'
import { type Budget, type Overrun, overrunOf, overrunText, spentBy, spentWith } from './budget.ts'
import { priceOf, withCost } from './price.ts'
import { workedMs } from './worked-ms.ts'

/** What one turn may use, and what it did. It is asked before each model call and each batch of tools. */
export class TurnBudget {
  readonly #run: RunningTurn
  readonly #before: number
  readonly #startedAt: number
  readonly #grants: Record<string, number> = {}
  #waitedMs = 0
  #waitingSince: number | undefined
  #toolCalls = 0

  constructor(run: RunningTurn) {
    this.#run = run
    this.#startedAt = run.clock.now()
    this.#before = workedMs(run.start.recorded)
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

  /** Resolves when the model call that is to be `step` may be made. */
  async beforeModelCall(model: LanguageModelV4, scope: Scope, step: string): Promise<void> {
    this.#ensurePriced(model)
    await this.#ensureWithin(0, scope, step)
  }

  async beforeTools(calls: number, scope: Scope): Promise<void> {
    await this.#ensureWithin(calls, scope, undefined)
    this.#toolCalls += calls
  }

  /** Each time that a bound has nothing left a person is asked, or the turn is over. */
  async #ensureWithin(toolCalls: number, scope: Scope, next: string | undefined): Promise<void> {
    if (!this.#run.agent.budget) return
    for (;;) {
      const asking = scope.step.ids.next()
      const recorded = this.#recordedAt(asking)
      const isPassed = recorded === undefined && this.#run.journal.isPast(next ?? asking)
      const over = isPassed ? undefined : this.#over(toolCalls)
      const grant = recorded ?? (over && grantFor(over))
      if (!grant) return scope.step.ids.release(asking)
      if (!recorded && this.#run.agent.budget.onExceeded !== 'ask') throw exceeded(grant.says)
      await this.#ask(scope, asking, grant)
    }
  }

  #over(toolCalls: number): Overrun | undefined {
    return overrunOf(this.#run.agent.budget!, this.#spent(), toolCalls, this.#grants)
  }

  async #ask(scope: Scope, step: string, { bound, more, says }: Grant): Promise<void> {
    const run = this.#run
    const message = `${says[0]!.toUpperCase()}${says.slice(1)}. May it use as much again?`
    const question: Question = { kind: 'approval', message, input: { budget: bound, more, says }, onExpiry: 'deny' }
    const questions = new Questions(run, scope, step, run.begin(step, { kind: 'request', name: 'approval' }))
    const answer = approvalOf(await questions.ask(question, undefined), question)
    if (!answer.approved) throw exceeded(`${says}, and a person did not grant more`)
    this.#grants[bound] = (this.#grants[bound] ?? 0) + grantedIn(answer, more)
  }

  /** What was asked for at this step, when it was asked for in an earlier run of the turn. */
  #recordedAt(step: string): Grant | undefined {
    const input = this.#run.journal.at(step)?.requests[0]?.requested.input as Partial<Grant & { budget: string }> | null
    if (typeof input?.budget !== 'string' || typeof input.more !== 'number') return undefined
    return { bound: input.budget, more: input.more, says: String(input.says) }
  }

  #spent() {
    const wallMs = Math.max(0, this.#run.clock.now() - this.#startedAt - this.#waitedMs) + this.#before
    const turn = spentBy(this.#run.usage, this.#toolCalls, wallMs)
    return { turn, session: spentWith(this.#run.start.used, turn) }
  }

  /** A bound in money is no bound where nobody knows what the model costs. */
  #ensurePriced(model: LanguageModelV4): void {
    const { budget, prices } = this.#run.agent
    if (!boundsCost(budget) || priceOf(prices, model)) return
    const name = describeModel(model)
    throw new AgentFailure('agent_error', `the agent bounds what it costs, but its prices do not name ${name}`)
  }
}

/** What a person is asked for: so much more of one bound. */
interface Grant {
  /** `turn.tokens` and the like. */
  readonly bound: string
  readonly more: number
  readonly says: string
}

function grantFor(over: Overrun): Grant {
  return { bound: `${over.scope}.${over.bound}`, more: over.given, says: overrunText(over) }
}

/** As much as was asked for, or what the person made of it. */
function grantedIn({ editedInput }: Approved, more: number): number {
  const edited = (editedInput as { readonly more?: Json } | null | undefined)?.more
  return typeof edited === 'number' && edited > 0 ? edited : more
}

function exceeded(why: string): AgentFailure {
  return new AgentFailure('budget_exceeded', why)
}

function boundsCost(budget: Budget | undefined): boolean {
  return budget?.turn?.cost !== undefined || budget?.session?.cost !== undefined
}
