import { type Tool, tool } from '@longwire/agent'
import { z } from 'zod'
import { dateRange } from '../market/dates.ts'
import { deviation, percent, SESSIONS_A_YEAR } from '../market/figure.ts'
import { type Market, query } from '../market/market.ts'
import { DAILY, Period, resolve, SPANS } from '../market/period.ts'
import { Selection, select, spoken } from '../market/selection.ts'

const Input = z.object({
  ...Selection,
  ...Period,
  order: z
    .enum(['most-volatile', 'least-volatile', 'deepest-drawdown'])
    .optional()
    .describe('which come first; most-volatile unless given'),
  limit: z.int().min(1).max(40).optional().describe('rows at most; 40 unless given'),
})

export type Risk = {
  ticker: string
  name: string
  sector: string | null
  /** Daily changes measured. */
  sessions: number
  /** Sample standard deviation of the daily changes, times the root of 252. */
  volatilityPct: number
  /** The deepest fall of a close below the highest close before it; 0 or less. */
  maxDrawdownPct: number
  peakDate: string
  troughDate: string
  bestDay: { date: string; changePct: number }
  worstDay: { date: string; changePct: number }
}
export type MeasureRiskInput = z.infer<typeof Input>
export type MeasureRiskOutput = { from: string; to: string; count: number; rows: Risk[] }

const SQL = `
  WITH ${SPANS}, ${DAILY},
  falls AS (
    SELECT ticker, date, close, max(close) OVER (PARTITION BY ticker ORDER BY date) AS peak FROM daily
  ),
  deepest AS (
    SELECT ticker, date AS trough_date, peak, close / peak - 1 AS fall,
      row_number() OVER (PARTITION BY ticker ORDER BY close / peak, date) AS place
    FROM falls
  )
  SELECT s.ticker, s.name, s.sector,
    count(d.move) AS sessions, sum(d.move) AS sum, sum(d.move * d.move) AS squares,
    x.fall, x.trough_date AS troughDate,
    (SELECT max(f.date) FROM falls f WHERE f.ticker = s.ticker AND f.date <= x.trough_date AND f.close = x.peak) AS peakDate,
    max(d.move) AS best, min(d.move) AS worst,
    (SELECT b.date FROM daily b WHERE b.ticker = s.ticker ORDER BY b.move DESC LIMIT 1) AS bestDate,
    (SELECT w.date FROM daily w WHERE w.ticker = s.ticker AND w.move IS NOT NULL ORDER BY w.move LIMIT 1) AS worstDate
  FROM spans s JOIN daily d ON d.ticker = s.ticker JOIN deepest x ON x.ticker = s.ticker AND x.place = 1
  GROUP BY s.ticker HAVING count(d.move) > 0`

type Row = {
  ticker: string
  name: string
  sector: string | null
  sessions: number
  sum: number
  squares: number
  fall: number
  troughDate: string
  peakDate: string
  best: number
  worst: number
  bestDate: string
  worstDate: string
}

const ORDER = {
  'most-volatile': (a: Risk, b: Risk) => b.volatilityPct - a.volatilityPct,
  'least-volatile': (a: Risk, b: Risk) => a.volatilityPct - b.volatilityPct,
  'deepest-drawdown': (a: Risk, b: Risk) => a.maxDrawdownPct - b.maxDrawdownPct,
}

export function measureRisk(market: Market): Tool<MeasureRiskInput, MeasureRiskOutput> {
  return tool({
    title: 'Measure risk',
    description:
      'Annualised volatility, the deepest drawdown with its dates, and the best and worst day of each selected instrument over a period.',
    inputSchema: Input,
    milestone: (input) =>
      `Measuring the risk of ${spoken(input)}, ${dateRange(input.from, input.to ?? market.lastDate)}`,
    execute(input, context) {
      const { from, to } = resolve(market, input)
      const tickers = JSON.stringify(select(market, input).map(({ ticker }) => ticker))
      const found = query<Row>(market, context, SQL, { from, to, tickers }).map(riskOf)
      const rows = found.sort((a, b) => ORDER[input.order ?? 'most-volatile'](a, b) || a.ticker.localeCompare(b.ticker))
      return { from, to, count: rows.length, rows: rows.slice(0, input.limit ?? 40) }
    },
  })
}

function riskOf(row: Row): Risk {
  const { ticker, name, sector, sessions, peakDate, troughDate } = row
  return {
    ...{ ticker, name, sector, sessions, peakDate, troughDate },
    volatilityPct: percent(deviation(sessions, row.sum, row.squares) * Math.sqrt(SESSIONS_A_YEAR)),
    maxDrawdownPct: percent(row.fall),
    bestDay: { date: row.bestDate, changePct: percent(row.best) },
    worstDay: { date: row.worstDate, changePct: percent(row.worst) },
  }
}
