import type { Budget, BudgetBounds } from '@longwire/agent'
import type { Usage } from '@longwire/protocol'
import type { RequestView } from '@longwire/view'

const SCOPES = ['turn', 'session'] as const
const BOUNDS = ['tokens', 'cost', 'wallMs', 'toolCalls'] as const
type Scope = (typeof SCOPES)[number]
type Spent = Readonly<Required<BudgetBounds>>

/** One bound of a budget, and how much of it is used up. */
export interface BudgetRow {
  readonly scope: Scope
  readonly bound: keyof BudgetBounds
  readonly used: number
  /** With all that people granted the turn on top of what the agent was given. */
  readonly limit: number
  readonly granted: number
}

export function spentOf({ inputTokens = 0, outputTokens = 0, cost = 0 }: Usage, toolCalls: number, wallMs: number) {
  return { tokens: inputTokens + outputTokens, cost, wallMs, toolCalls }
}

/** Every bound that the agent was given, with what is used of it. `requests` are those of the turn. */
export function budgetRows(
  budget: Budget,
  spent: Readonly<Record<Scope, Spent>>,
  requests: readonly RequestView[],
): readonly BudgetRow[] {
  return SCOPES.flatMap((scope) =>
    BOUNDS.flatMap((bound): BudgetRow[] => {
      const given = budget[scope]?.[bound]
      if (given === undefined) return []
      const granted = grantedIn(requests, `${scope}.${bound}`)
      return [{ scope, bound, used: spent[scope][bound], limit: given + granted, granted }]
    }),
  )
}

/** How much more a person allowed where an agent asked for it: as much as was asked for, or what they made of it. */
function grantedIn(requests: readonly RequestView[], name: string): number {
  return requests.reduce((sum, { input, answer }) => {
    const asked = input as { readonly budget?: unknown; readonly more?: unknown } | null | undefined
    if (asked?.budget !== name || !answer || !('approved' in answer) || !answer.approved) return sum
    const edited = (answer.editedInput as { readonly more?: unknown } | undefined)?.more
    const more = typeof edited === 'number' && edited > 0 ? edited : asked.more
    return sum + (typeof more === 'number' ? more : 0)
  }, 0)
}
