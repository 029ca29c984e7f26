import { type Tool, tool } from '@longwire/agent'
import { z } from 'zod'
import { dateRange } from '../market/dates.ts'
import { percent } from '../market/figure.ts'
import { type Market, query } from '../market/market.ts'
import { Period, resolve } from '../market/period.ts'
import { select } from '../market/selection.ts'

const MOST_POINTS = 270

const Input = z.object({
  ticker: z.string().min(1).max(20),
  ...Period,
  every: z.enum(['day', 'week', 'month']).optional().describe('day unless given; a week or month is its last close'),
})

export type PricePoint = {
  date: string
  open: number
  high: number
  low: number
  close: number
  volume: number | null
  /** Against the close of the point before; of the first, against the last close before the period. */
  changePct: number | null
}
export type GetPricesInput = z.infer<typeof Input>
export type GetPricesOutput = {
  ticker: string
  name: string
  currency: string
  every: string
  points: PricePoint[]
  /** The highest and the lowest daily close of the period. */
  highest: { date: string; close: number } | null
  lowest: { date: string; close: number } | null
}

const BUCKET = { day: 'date', week: "date(date, 'weekday 0')", month: 'substr(date, 1, 7)' }

const sqlEvery = (bucket: string) => `
  WITH days AS (
    SELECT *, ${bucket} AS bucket FROM prices WHERE ticker = :ticker AND date BETWEEN :from AND :to
  )
  SELECT DISTINCT max(date) OVER whole AS date, first_value(open) OVER whole AS open, max(high) OVER whole AS high,
    min(low) OVER whole AS low, last_value(close) OVER whole AS close, sum(volume) OVER whole AS volume
  FROM days
  WINDOW whole AS (PARTITION BY bucket ORDER BY date ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
  ORDER BY 1`

const SQL = { day: sqlEvery(BUCKET.day), week: sqlEvery(BUCKET.week), month: sqlEvery(BUCKET.month) }

const extreme = (order: 'ASC' | 'DESC') => `
  SELECT date, close FROM prices WHERE ticker = :ticker AND date BETWEEN :from AND :to
  ORDER BY close ${order}, date LIMIT 1`

const BEFORE = 'SELECT date, close FROM prices WHERE ticker = :ticker AND date < :from ORDER BY date DESC LIMIT 1'

type Close = { date: string; close: number }

function changeOf(before: Close | undefined, now: Close): number | null {
  return before ? percent(now.close / before.close - 1) : null
}

export function getPrices(market: Market): Tool<GetPricesInput, GetPricesOutput> {
  return tool({
    title: 'Read prices',
    description: `The prices of one instrument over a period, by day, week or month (at most ${MOST_POINTS} of them), and its highest and lowest close.`,
    inputSchema: Input,
    idempotent: true,
    milestone: ({ ticker, from, to }) =>
      `Reading the prices of ${ticker.slice(0, 24)}, ${dateRange(from, to ?? market.lastDate)}`,
    execute({ ticker: asked, every = 'day', ...input }, context) {
      const { from, to } = resolve(market, input)
      const [{ ticker, name, currency }] = select(market, { tickers: [asked] }) as [ReturnType<typeof select>[number]]
      const rows = query<Omit<PricePoint, 'changePct'>>(market, context, SQL[every], { ticker, from, to })
      if (rows.length > MOST_POINTS) {
        throw new RangeError(`${rows.length} prices are more than ${MOST_POINTS}: ask for every week or month`)
      }
      const [before] = query<Close>(market, context, BEFORE, { ticker, from })
      const points = rows.map((row, i) => ({ ...row, changePct: changeOf(rows[i - 1] ?? before, row) }))
      const [highest] = query<Close>(market, context, extreme('DESC'), { ticker, from, to })
      const [lowest] = query<Close>(market, context, extreme('ASC'), { ticker, from, to })
      return { ticker, name, currency, every, points, highest: highest ?? null, lowest: lowest ?? null }
    },
  })
}
