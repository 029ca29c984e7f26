import { percent } from '../market/figure.ts'

// The rule that can be tested: in the market while the fast average of the closes is above the slow one, out of it else.

export interface Close {
  readonly date: string
  readonly close: number
}

export interface Crossover {
  /** Sessions of the fast average, and of the slow one. */
  readonly fast: number
  readonly slow: number
}

export type Tested = {
  /** What one would have made by the rule, and by holding all the time. */
  rulePct: number
  holdPct: number
  /** The deepest fall of each below the highest value before it: 0 or less. */
  ruleDrawdownPct: number
  holdDrawdownPct: number
  /** How often the rule went in. */
  trades: number
  /** Sessions in the market, of all. */
  daysIn: number
  days: number
  from: string
  to: string
}

/**
 * Follows the rule through `closes`, from the first session on that is in the period and has both averages, to the last
 * in the period. A signal counts from the close at which it is seen; there are no costs and no interest. Undefined where
 * fewer than two sessions are left.
 */
export function backtest(closes: readonly Close[], { fast, slow }: Crossover, from: string, to: string) {
  const sums = [0]
  for (const { close } of closes) sums.push(sums.at(-1)! + close)
  const average = (end: number, sessions: number) => (sums[end + 1]! - sums[end + 1 - sessions]!) / sessions
  const first = closes.findIndex(({ date }, i) => date >= from && i >= slow - 1)
  const last = closes.findLastIndex(({ date }) => date <= to)
  if (first < 0 || last <= first) return undefined
  const [rule, hold] = [new Run(), new Run()]
  let trades = 0
  let daysIn = 0
  let isIn = false
  for (let i = first; i < last; i++) {
    const goesIn = average(i, fast) > average(i, slow)
    if (goesIn && !isIn) trades++
    isIn = goesIn
    const move = closes[i + 1]!.close / closes[i]!.close
    if (isIn) {
      rule.move(move)
      daysIn++
    }
    hold.move(move)
  }
  const tested: Tested = {
    ...{ rulePct: percent(rule.value - 1), holdPct: percent(hold.value - 1) },
    ...{ ruleDrawdownPct: percent(rule.drawdown), holdDrawdownPct: percent(hold.drawdown) },
    ...{ trades, daysIn, days: last - first, from: closes[first]!.date, to: closes[last]!.date },
  }
  return tested
}

/** What becomes of one, and how far it fell below its highest. */
class Run {
  value = 1
  drawdown = 0
  #highest = 1

  move(factor: number): void {
    this.value *= factor
    this.#highest = Math.max(this.#highest, this.value)
    this.drawdown = Math.min(this.drawdown, this.value / this.#highest - 1)
  }
}
