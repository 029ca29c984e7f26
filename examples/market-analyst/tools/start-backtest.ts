import { type Tool, tool } from '@longwire/agent'
import { z } from 'zod'
import { dateRange } from '../market/dates.ts'
import type { Market } from '../market/market.ts'
import { resolve } from '../market/period.ts'
import { Selection, select, spoken } from '../market/selection.ts'

const MOST_SESSIONS = 250

const Input = z
  .object({
    ...Selection,
    fast: z.int().min(2).max(MOST_SESSIONS).describe('sessions of the fast moving average, 50 for example'),
    slow: z.int().min(3).max(MOST_SESSIONS).describe('sessions of the slow moving average, 200 for example'),
    from: z.iso.date().optional().describe('first day; the whole history unless given'),
    to: z.iso.date().optional().describe('last day; the last day of the data unless given'),
  })
  .refine(({ fast, slow }) => fast < slow, 'the fast average must have fewer sessions than the slow one')

export type StartBacktestInput = z.infer<typeof Input>
export type Plan = {
  label: string
  fast: number
  slow: number
  from: string
  to: string
  tickers: string[]
}
export type StartBacktestOutput = { plan: Plan }

/** Plans a back-test. The turn begins it in the background when the model is done; its end is a turn of its own. */
export function startBacktest(market: Market): Tool<StartBacktestInput, StartBacktestOutput> {
  return tool({
    title: 'Start a back-test',
    description:
      'Back-tests the moving-average crossover rule (in the market while the fast average is above the slow one) on each selected instrument, in the background. Answers at once with the plan and gives no figures; you are told the result when it is done.',
    inputSchema: Input,
    idempotent: true,
    milestone: ({ fast, slow, from: _, to: __, ...selection }) =>
      `Planning a back-test of the ${fast}/${slow}-day crossover on ${spoken(selection)}`,
    execute({ fast, slow, from: since = market.firstDate, to: until, ...selection }) {
      const { from, to } = resolve(market, { from: since, to: until })
      const tickers = select(market, selection).map(({ ticker }) => ticker)
      const label = `${fast}/${slow}-day crossover on ${spoken(selection)}, ${dateRange(from, to)}`
      return { plan: { label, fast, slow, from, to, tickers } }
    },
  })
}
