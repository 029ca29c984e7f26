import type { Task } from '@longwire/agent'
import { rounded } from '../market/figure.ts'
import type { Market } from '../market/market.ts'
import type { Plan } from '../tools/start-backtest.ts'
import { backtest, type Close, type Tested } from './crossover.ts'

export type BacktestRow = { ticker: string; name: string } & Tested
export type BacktestResult = {
  plan: Plan
  rows: BacktestRow[]
  /** Instruments whose history is too short for the slow average. */
  skipped: string[]
  averageRulePct: number
  averageHoldPct: number
}

const CLOSES = 'SELECT date, close FROM prices WHERE ticker = :ticker ORDER BY date'

/**
 * The work of the task: one step for each instrument, so that after a restart it goes on with the first that is not
 * done. `paceMs` is slept before each, so that a person can watch a thing that would be over in no time.
 */
export async function runBacktest(
  task: Pick<Task, 'progress' | 'sleep' | 'step'>,
  market: Market,
  plan: Plan,
  paceMs: number,
): Promise<BacktestResult> {
  const rows: BacktestRow[] = []
  const skipped: string[] = []
  for (const [i, ticker] of plan.tickers.entries()) {
    const { name } = market.instruments.find((instrument) => instrument.ticker === ticker)!
    task.progress(i / plan.tickers.length, `Testing ${name} (${i + 1} of ${plan.tickers.length})`)
    await task.sleep(paceMs)
    const tested = await task.step(`back-test ${ticker}`, () => {
      return backtest(market.rows<Close>(CLOSES, { ticker }), plan, plan.from, plan.to) ?? null
    })
    if (tested) rows.push({ ticker, name, ...tested })
    else skipped.push(ticker)
  }
  task.progress(1, 'Done')
  return {
    ...{ plan, rows: rows.sort((a, b) => b.rulePct - b.holdPct - (a.rulePct - a.holdPct)), skipped },
    averageRulePct: meanOf(rows.map(({ rulePct }) => rulePct)),
    averageHoldPct: meanOf(rows.map(({ holdPct }) => holdPct)),
  }
}

function meanOf(values: readonly number[]): number {
  return values.length === 0 ? 0 : rounded(values.reduce((sum, value) => sum + value, 0) / values.length, 2)
}
