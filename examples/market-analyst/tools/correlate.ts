import { type Tool, tool } from '@longwire/agent'
import { z } from 'zod'
import { dateRange } from '../market/dates.ts'
import { rounded } from '../market/figure.ts'
import { type Market, query } from '../market/market.ts'
import { DAILY, Period, resolve, SPANS } from '../market/period.ts'
import { select, spoken } from '../market/selection.ts'

const Input = z.object({
  tickers: z.array(z.string().min(1).max(20)).min(2).max(8).describe('two to eight instruments'),
  ...Period,
})

export type Pair = {
  a: string
  b: string
  /** Pearson's, of daily changes; null where one of the two did not move at all. */
  correlation: number | null
  sessions: number
}
export type CorrelateInput = z.infer<typeof Input>
export type CorrelateOutput = { from: string; to: string; pairs: Pair[] }

const SQL = `
  WITH ${SPANS}, ${DAILY},
  moves AS (SELECT * FROM daily WHERE move IS NOT NULL)
  SELECT a.ticker AS a, b.ticker AS b, count(*) AS n, sum(a.move) AS sumA, sum(b.move) AS sumB,
    sum(a.move * b.move) AS product, sum(a.move * a.move) AS squareA, sum(b.move * b.move) AS squareB
  FROM moves a JOIN moves b ON b.date = a.date AND b.ticker > a.ticker
  GROUP BY a.ticker, b.ticker ORDER BY a.ticker, b.ticker`

type Row = {
  a: string
  b: string
  n: number
  sumA: number
  sumB: number
  product: number
  squareA: number
  squareB: number
}

export function correlate(market: Market): Tool<CorrelateInput, CorrelateOutput> {
  return tool({
    title: 'Correlate',
    description:
      'How closely the daily price changes of two to eight instruments moved together over a period, from -1 to 1.',
    inputSchema: Input,
    idempotent: true,
    milestone: (input) => `Correlating ${spoken(input)}, ${dateRange(input.from, input.to ?? market.lastDate)}`,
    execute(input, context) {
      const { from, to } = resolve(market, input)
      const tickers = JSON.stringify(select(market, input).map(({ ticker }) => ticker))
      const rows = query<Row>(market, context, SQL, { from, to, tickers })
      return {
        from,
        to,
        pairs: rows.map((row) => ({ a: row.a, b: row.b, correlation: correlation(row), sessions: row.n })),
      }
    },
  })
}

function correlation({ n, sumA, sumB, product, squareA, squareB }: Row): number | null {
  const spread = Math.sqrt((squareA - (sumA * sumA) / n) * (squareB - (sumB * sumB) / n))
  return spread > 0 ? rounded((product - (sumA * sumB) / n) / spread, 2) : null
}
