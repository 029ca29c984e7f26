import type { Usage } from '@longwire/protocol'
import type { Used } from '../boundary/messages.ts'
import type { Budget, BudgetBounds } from './budget-bounds.ts'

export type BudgetScope = 'turn' | 'session'
export type BudgetBound = keyof BudgetBounds
/** What was used by a turn, or by a session with that turn. */
export type Spent = Readonly<Record<BudgetBound, number>>
/** What people granted on top of the bounds, by `turn.tokens` and the like. */
export type Grants = Readonly<Record<string, number>>

/** A bound that has nothing left for what comes next. */
export interface Overrun {
  readonly scope: BudgetScope
  readonly bound: BudgetBound
  readonly used: number
  /** The bound with all that was granted. */
  readonly limit: number
  /** The bound as the agent gave it: how much more is asked for. */
  readonly given: number
}

const SCOPES = ['turn', 'session'] as const
const BOUNDS = ['tokens', 'cost', 'wallMs', 'toolCalls'] as const

export function spentBy(usage: Usage | undefined, toolCalls: number, wallMs: number): Spent {
  const { inputTokens = 0, outputTokens = 0, cost = 0 } = usage ?? {}
  return { tokens: inputTokens + outputTokens, cost, wallMs, toolCalls }
}

/** What a session has used, this turn included. */
export function spentWith(before: Used | undefined, turn: Spent): Spent {
  const earlier = spentBy(before, before?.toolCalls ?? 0, before?.wallMs ?? 0)
  return {
    tokens: earlier.tokens + turn.tokens,
    cost: earlier.cost + turn.cost,
    wallMs: earlier.wallMs + turn.wallMs,
    toolCalls: earlier.toolCalls + turn.toolCalls,
  }
}

/** The first bound that does not let the turn go on with `toolCalls` more calls, and with another model call. */
export function overrunOf(
  budget: Budget,
  spent: Readonly<Record<BudgetScope, Spent>>,
  toolCalls: number,
  grants: Grants = {},
): Overrun | undefined {
  for (const scope of SCOPES) {
    for (const bound of BOUNDS) {
      const given = budget[scope]?.[bound]
      if (given === undefined) continue
      const limit = given + (grants[`${scope}.${bound}`] ?? 0)
      const used = spent[scope][bound]
      const isOver = bound === 'toolCalls' ? used + toolCalls > limit : used >= limit
      if (isOver) return { scope, bound, used, limit, given }
    }
  }
  return undefined
}

/** "The turn has used 1,204 of 1,000 tokens". */
export function overrunText({ scope, bound, used, limit }: Overrun): string {
  const numbers: Record<BudgetBound, string> = {
    tokens: `${counted(used)} of ${counted(limit)} tokens`,
    cost: `${money(used)} of ${money(limit)} for its model calls`,
    wallMs: `${seconds(used)} of ${seconds(limit)} of working time`,
    toolCalls: `${counted(used)} of ${counted(limit)} tool calls`,
  }
  return `the ${scope} has used ${numbers[bound]}`
}

/** Throws where a budget cannot be held as it is written. */
export function checkBudget(budget: Budget, hasPrices: boolean): void {
  for (const scope of SCOPES) {
    for (const [bound, limit] of Object.entries(budget[scope] ?? {})) {
      const name = `budget.${scope}.${bound}`
      if (!(BOUNDS as readonly string[]).includes(bound))
        throw new TypeError(`${name} is no bound: ${BOUNDS.join(', ')}`)
      if (!(limit >= 0)) throw new TypeError(`${name} is ${limit}, which is no bound`)
      if (bound === 'cost' && !hasPrices) throw new TypeError(`${name} needs prices, which the agent does not give`)
    }
  }
}

function counted(n: number): string {
  return n.toLocaleString('en-US')
}

function money(amount: number): string {
  return amount.toLocaleString('en-US', { maximumSignificantDigits: 4 })
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toLocaleString('en-US', { maximumFractionDigits: 1 })} s`
}
