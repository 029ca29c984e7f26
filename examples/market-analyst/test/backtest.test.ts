import { expect, test } from 'vitest'
import { backtest } from '../backtest/crossover.ts'
import { runBacktest } from '../backtest/run-backtest.ts'
import { startBacktest } from '../tools/start-backtest.ts'
import { averageOf, changeOf, crossoverOf, mean, pct, spanOf, tickersOf } from './series.ts'
import { context, market } from './talk.ts'

const closesOf = (ticker: string) => spanOf(ticker, '2022-11-01', '2026-10-30')
const days = (...closes: number[]) =>
  closes.map((close, i) => ({ date: `2026-01-${String(i + 1).padStart(2, '0')}`, close }))

/** A task as it is for its work: steps that run, sleeps that are over. */
function task() {
  const steps: string[] = []
  const progress: [number, string | undefined][] = []
  const sleeps: unknown[] = []
  return {
    ...{ steps, progress, sleeps },
    as: {
      ...{ id: 't1.b1', session: 's', principal: 'p', signal: context.signal, trace: context.trace },
      progress: (fraction: number, label?: string) => void progress.push([fraction, label]),
      step: async <T>(name: string, work: () => Promise<T> | T) => {
        steps.push(name)
        return work()
      },
      sleep: async (time: unknown) => void sleeps.push(time),
    },
  }
}

test('the rule is in from the close at which the fast average is above the slow one, to the one where it is not', () => {
  const tested = backtest(days(10, 10, 12, 15, 12, 6, 6), { fast: 1, slow: 2 }, '2026-01-01', '2026-12-31')
  // In after the third and fourth close (12 to 15 to 12), out after the fifth.
  expect(tested).toMatchObject({ rulePct: 0, trades: 1, daysIn: 2, days: 5, holdPct: -40, from: '2026-01-02' })
  expect(tested!.ruleDrawdownPct).toBe(-20)
  expect(tested!.holdDrawdownPct).toBe(-60)
})

test('where there are too few closes nothing is said', () => {
  expect(backtest(days(1, 2, 3), { fast: 2, slow: 3 }, '2026-01-01', '2026-12-31')).toBeUndefined()
  expect(backtest(days(1, 2, 3, 4), { fast: 2, slow: 3 }, '2027-01-01', '2027-12-31')).toBeUndefined()
})

test.each(tickersOf(({ sector, kind }) => sector === 'Technology' || kind === 'commodity'))(
  'the figures of %s are those of an independent computation',
  (ticker) => {
    const { rule, hold, trades } = crossoverOf(ticker, 50, 200)
    const tested = backtest(closesOf(ticker), { fast: 50, slow: 200 }, '2022-11-01', '2026-10-30')!
    const said = (value: number) => `${value > 0 ? '+' : ''}${value.toFixed(2)}%`
    expect([said(tested.rulePct), said(tested.holdPct), tested.trades]).toEqual([rule, hold, trades])
  },
)

test('a period takes the averages of the time before it', () => {
  const tested = backtest(closesOf('NVLT'), { fast: 50, slow: 200 }, '2025-01-01', '2025-12-31')!
  const before = closesOf('NVLT').findLast(({ date }) => date < '2025-01-01')!.date
  expect(averageOf('NVLT', before, 200)).toBeGreaterThan(0)
  const first = spanOf('NVLT', '2025-01-01', '2025-12-31')[1]!
  expect(tested).toMatchObject({ from: first.date, to: '2025-12-31' })
  expect(tested.holdPct).toBeCloseTo(
    pct(
      (1 + changeOf('NVLT', '2025-01-01', '2025-12-31')) /
        (first.close / spanOf('NVLT', '2025-01-01', '2025-01-01')[0]!.close) -
        1,
    ),
    1,
  )
})

test('the work is one step for each instrument, with its progress, and the averages are those of the rows', async () => {
  const { plan } = await startBacktest(market).execute!(
    { sectors: ['Technology'], kinds: ['share'], fast: 50, slow: 200 },
    context,
  )
  expect(plan).toMatchObject({
    label: '50/200-day crossover on technology shares, 1 Nov 2022 – 30 Oct 2026',
    tickers: ['HNBI', 'KSTL', 'NVLT', 'STRC'],
  })
  const { as, steps, progress, sleeps } = task()
  const result = await runBacktest(as, market, plan, 5)
  expect(steps).toEqual(plan.tickers.map((ticker) => `back-test ${ticker}`))
  expect(sleeps).toEqual([5, 5, 5, 5])
  expect(progress[1]).toEqual([0.25, 'Testing Kestrel Software (2 of 4)'])
  expect(progress.at(-1)).toEqual([1, 'Done'])
  expect(result.rows).toHaveLength(4)
  expect(result.averageRulePct).toBeCloseTo(mean(result.rows.map(({ rulePct }) => rulePct)), 2)
  expect(result.skipped).toEqual([])
})

test('instruments without enough history are named, not guessed', async () => {
  const plan = { label: 'l', fast: 50, slow: 200, from: '2022-11-01', to: '2022-12-01', tickers: ['NVLT'] }
  const result = await runBacktest(task().as, market, plan, 0)
  expect(result).toMatchObject({ rows: [], skipped: ['NVLT'], averageRulePct: 0 })
})
