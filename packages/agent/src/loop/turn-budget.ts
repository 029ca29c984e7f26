import type { LanguageModelV4 } from '@ai-sdk/provider'
import type { Usage } from '@longwire/protocol'
import { describeModel } from '../model/model.ts'
import { AgentFailure } from '../turn/failure.ts'
import type { RunningTurn } from '../turn/running-turn.ts'
import { type Budget, overrunOf, overrunText, spentBy, spentWith } from './budget.ts'
import { priceOf, withCost } from './price.ts'

/** What one turn may use, and what it did. It is asked before each model call and each batch of tools. */
export class TurnBudget {
  readonly #run: RunningTurn
  readonly #startedAt: number
  #toolCalls = 0

  constructor(run: RunningTurn) {
    this.#run = run
    this.#startedAt = run.clock.now()
  }

  /** What a model call used, with its cost. */
  priced(usage: Usage, model: LanguageModelV4): Usage {
    return withCost(usage, priceOf(this.#run.agent.prices, model))
  }

  async beforeModelCall(model: LanguageModelV4): Promise<void> {
    this.#ensurePriced(model)
    await this.#ensureWithin(0)
  }

  async beforeTools(calls: number): Promise<void> {
    await this.#ensureWithin(calls)
    this.#toolCalls += calls
  }

  async #ensureWithin(toolCalls: number): Promise<void> {
    const { budget } = this.#run.agent
    const over = budget && overrunOf(budget, this.#spent(), toolCalls)
    if (over) throw new AgentFailure('budget_exceeded', `${overrunText(over)} (budget.${over.scope}.${over.bound})`)
  }

  #spent() {
    const wallMs = Math.max(0, this.#run.clock.now() - this.#startedAt)
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

function boundsCost(budget: Budget | undefined): boolean {
  return budget?.turn?.cost !== undefined || budget?.session?.cost !== undefined
}
