import { type Tool, tool } from '@longwire/agent'
import { z } from 'zod'
import { dateRange } from '../market/dates.ts'
import { percent } from '../market/figure.ts'
import { type Market, query } from '../market/market.ts'
import { Period, resolve, SPANS } from '../market/period.ts'
import { Selection, select, spoken } from '../market/selection.ts'

const Input = z.object({
  ...Selection,
  ...Period,
  order: z.enum(['best', 'worst']).optional().describe('which come first; best unless given'),
  limit: z.int().min(1).max(40).optional().describe('rows at most; 40 unless given'),
})

export type Performance = {
  ticker: string
  name: string
  kind: string
  sector: string | null
  region: string
  currency: string
  baseDate: string
  baseClose: number
  lastDate: string
  lastClose: number
  changePct: number
}
export type RankPerformanceInput = z.infer<typeof Input>
export type RankPerformanceOutput = {
  from: string
  to: string
  /** Of all that were selected, not only of the rows below. */
  count: number
  advancers: number
  decliners: number
  averagePct: number
  rows: Performance[]
}

const SQL = `
  WITH ${SPANS}
  SELECT ticker, name, kind, sector, region, currency, base_date AS baseDate, base_close AS baseClose,
    last_date AS lastDate, last_close AS lastClose, change
  FROM changes ORDER BY change DESC, ticker`

export function rankPerformance(market: Market): Tool<RankPerformanceInput, RankPerformanceOutput> {
  return tool({
    title: 'Rank by performance',
    description:
      'How much the price of each selected instrument changed over a period, in per cent and in local currency, best or worst first; with the plain average and how many rose and fell.',
    inputSchema: Input,
    idempotent: true,
    milestone: (input) =>
      `${input.limit ? `Ranking ${spoken(input)}, ${input.order ?? 'best'} first` : `Measuring ${spoken(input)}`}, ${dateRange(input.from, input.to ?? market.lastDate)}`,
    execute(input, context) {
      const { from, to } = resolve(market, input)
      const tickers = JSON.stringify(select(market, input).map(({ ticker }) => ticker))
      const found = query<Omit<Performance, 'changePct'> & { change: number }>(market, context, SQL, {
        from,
        to,
        tickers,
      })
      const rows = found.map(({ change, ...row }) => ({ ...row, changePct: percent(change) }))
      if (input.order === 'worst') rows.reverse()
      const changes = found.map(({ change }) => change)
      return {
        ...{ from, to, count: found.length },
        advancers: changes.filter((change) => change > 0).length,
        decliners: changes.filter((change) => change < 0).length,
        averagePct: percent(changes.reduce((sum, change) => sum + change, 0) / Math.max(1, changes.length)),
        rows: rows.slice(0, input.limit ?? 40),
      }
    },
  })
}
