import { Meter } from '@base-ui/react/meter'
import { spell } from '../shell/words.ts'
import type { OperatedBudget } from './doors.ts'
import { short } from './spent.ts'

const NEARLY = 0.8

/** What was spent of each bound of a budget: nothing where there is none. */
export function Budgets({ budgets }: { budgets: readonly OperatedBudget[] }) {
  if (budgets.length === 0) return null
  return (
    <ul className="op-budgets">
      {budgets.map((budget) => (
        <li key={budget.bound}>
          <BudgetMeter budget={budget} />
        </li>
      ))}
    </ul>
  )
}

function BudgetMeter({ budget }: { budget: OperatedBudget }) {
  const { bound, used, limit, granted } = budget
  const { of, says } = BOUNDS[bound]
  const share = limit > 0 ? used / limit : 1
  const mood = share >= 1 ? 'over' : share >= NEARLY ? 'near' : ''
  const more = granted > 0 ? `, ${says(granted)} of it granted` : ''
  const inWords = `${says(used)} of ${says(limit)}${of}${more}`
  return (
    <Meter.Root className={`op-budget ${mood}`} value={Math.min(1, share)} max={1} aria-valuetext={inWords}>
      <Meter.Label className="op-budget-text figures">{inWords}</Meter.Label>
      <Meter.Track className="op-budget-track">
        <Meter.Indicator className="op-budget-used" />
      </Meter.Track>
    </Meter.Root>
  )
}

const BOUNDS: Record<OperatedBudget['bound'], { readonly of: string; readonly says: (n: number) => string }> = {
  tokens: { of: ' tokens', says: short },
  cost: { of: ' cost', says: (n) => n.toLocaleString('en', { maximumSignificantDigits: 3 }) },
  wallMs: { of: ' at work', says: spell },
  toolCalls: { of: ' tool calls', says: short },
}
