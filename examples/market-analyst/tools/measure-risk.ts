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
  falls AS MATERIALIZED (
    SELECT ticker, date, close, max(close) OVER (PARTITION BY ticker ORDER BY date) AS peak FROM daily
  ),
  -- Beside a single min or max, SQLite takes the other columns from that row.
  deepest AS (SELECT ticker, date AS trough_date, peak, min(close / peak - 1) AS fall FROM falls GROUP BY ticker),
  peaks AS (
    SELECT d.ticker, max(f.date) AS peak_date
    FROM deepest d JOIN falls f ON f.ticker = d.ticker AND f.close = d.peak AND f.date <= d.trough_date
    GROUP BY d.ticker
  ),
  best AS (SELECT ticker, date, max(move) AS move FROM daily GROUP BY ticker),
  worst AS (SELECT ticker, date, min(move) AS move FROM daily GROUP BY ticker),
  sums AS (
    SELECT ticker, count(move) AS sessions, sum(move) AS sum, sum(move * move) AS squares FROM daily GROUP BY ticker
  )
  SELECT s.ticker, s.name, s.sector, n.sessions, n.sum, n.squares,
    d.fall, d.trough_date AS troughDate, p.peak_date AS peakDate,
    b.move AS best, b.date AS bestDate, w.move AS worst, w.date AS worstDate
  FROM spans s
    JOIN sums n USING (ticker) JOIN deepest d USING (ticker) JOIN peaks p USING (ticker)
    JOIN best b USING (ticker) JOIN worst w USING (ticker)
  WHERE n.sessions > 0`

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
    idempotent: true,
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
