import { type Tool, tool } from '@longwire/agent'
import { z } from 'zod'
import { longDate } from '../market/dates.ts'
import { percent, rounded } from '../market/figure.ts'
import { type Market, query } from '../market/market.ts'
import { resolve } from '../market/period.ts'
import { Selection, select, spoken } from '../market/selection.ts'

const Input = z.object({
  ...Selection,
  date: z.iso
    .date()
    .optional()
    .describe('as of the last session up to this day; the last day of the data unless given'),
})

export type Averages = {
  ticker: string
  name: string
  date: string
  close: number
  /** The mean of the last 20, 50 and 200 closes; null where there are not as many. */
  average20: number | null
  average50: number | null
  average200: number | null
  /** How far the close is above (or below) its 200-session average. */
  above200Pct: number | null
  /** up: the close is above the 50-session average and that above the 200-session one; down: the reverse. */
  trend: 'up' | 'down' | 'mixed' | 'unknown'
  /** When the 50-session average last crossed the 200-session one, and which way. */
  lastCross: { date: string; direction: 'up' | 'down' } | null
}
export type MovingAveragesInput = z.infer<typeof Input>
export type MovingAveragesOutput = { rows: Averages[] }

const SQL = `
  WITH averaged AS MATERIALIZED (
    SELECT ticker, date, close, row_number() OVER byDate AS n, lead(date) OVER byDate IS NULL AS is_last,
      avg(close) OVER (byDate ROWS 19 PRECEDING) AS a20,
      avg(close) OVER (byDate ROWS 49 PRECEDING) AS a50,
      avg(close) OVER (byDate ROWS 199 PRECEDING) AS a200
    FROM prices WHERE ticker IN (SELECT value FROM json_each(:tickers)) AND date <= :to
    WINDOW byDate AS (PARTITION BY ticker ORDER BY date)
  ),
  crossings AS (
    SELECT ticker, date, a50 > a200 AS above, lag(a50 > a200) OVER (PARTITION BY ticker ORDER BY date) AS was_above
    FROM averaged WHERE n >= 200
  ),
  last_cross AS (
    SELECT ticker, max(date) AS date, above FROM crossings WHERE above <> was_above GROUP BY ticker
  )
  SELECT i.ticker, i.name, a.date, a.close, a.n, a.a20, a.a50, a.a200, c.date AS crossDate, c.above AS crossUp
  FROM instruments i
    JOIN averaged a ON a.ticker = i.ticker
    LEFT JOIN last_cross c ON c.ticker = i.ticker
  WHERE a.is_last
  ORDER BY i.ticker`

type Row = {
  ticker: string
  name: string
  date: string
  close: number
  n: number
  a20: number
  a50: number
  a200: number
  crossDate: string | null
  crossUp: number | null
}

export function movingAverages(market: Market): Tool<MovingAveragesInput, MovingAveragesOutput> {
  return tool({
    title: 'Moving averages',
    description:
      'The close of each selected instrument beside its averages of 20, 50 and 200 sessions, the trend they show, and when the 50- and 200-session averages last crossed.',
    inputSchema: Input,
    idempotent: true,
    milestone: (input) => `Computing moving averages of ${spoken(input)}, ${longDate(input.date ?? market.lastDate)}`,
    execute(input, context) {
      const { to } = resolve(market, { from: market.firstDate, to: input.date })
      const tickers = JSON.stringify(select(market, input).map(({ ticker }) => ticker))
      return { rows: query<Row>(market, context, SQL, { to, tickers }).map(averagesOf) }
    },
  })
}

function averagesOf({ ticker, name, date, close, n, a20, a50, a200, crossDate, crossUp }: Row): Averages {
  const mean = (sessions: number, value: number) => (n >= sessions ? rounded(value, 4) : null)
  return {
    ...{ ticker, name, date, close },
    ...{ average20: mean(20, a20), average50: mean(50, a50), average200: mean(200, a200) },
    above200Pct: n >= 200 ? percent(close / a200 - 1) : null,
    trend: n < 200 ? 'unknown' : close > a50 && a50 > a200 ? 'up' : close < a50 && a50 < a200 ? 'down' : 'mixed',
    lastCross: crossDate === null ? null : { date: crossDate, direction: crossUp ? 'up' : 'down' },
  }
}
