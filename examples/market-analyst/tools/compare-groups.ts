import { type Tool, tool } from '@longwire/agent'
import { z } from 'zod'
import { dateRange } from '../market/dates.ts'
import { percent } from '../market/figure.ts'
import { type Market, query } from '../market/market.ts'
import { Period, resolve, SPANS } from '../market/period.ts'
import { Selection, select, spoken } from '../market/selection.ts'

const Input = z.object({
  by: z.enum(['sector', 'region', 'kind']),
  ...Selection,
  ...Period,
})

type Member = { ticker: string; name: string; changePct: number }
export type Group = {
  group: string
  count: number
  advancers: number
  averagePct: number
  best: Member
  worst: Member
}
export type CompareGroupsInput = z.infer<typeof Input>
export type CompareGroupsOutput = { by: string; from: string; to: string; groups: Group[] }

// The name of a column cannot be a parameter, so there is one query for each of the three.
const sqlBy = (column: 'sector' | 'region' | 'kind') => `
  WITH ${SPANS},
  ranked AS (
    SELECT *, ${column} AS "group",
      row_number() OVER (PARTITION BY ${column} ORDER BY change DESC, ticker) AS from_best,
      row_number() OVER (PARTITION BY ${column} ORDER BY change, ticker) AS from_worst
    FROM changes WHERE ${column} IS NOT NULL
  )
  SELECT "group", count(*) AS count, sum(change > 0) AS advancers, avg(change) AS average,
    max(ticker) FILTER (WHERE from_best = 1) AS bestTicker, max(name) FILTER (WHERE from_best = 1) AS bestName,
    max(change) AS bestChange,
    max(ticker) FILTER (WHERE from_worst = 1) AS worstTicker, max(name) FILTER (WHERE from_worst = 1) AS worstName,
    min(change) AS worstChange
  FROM ranked GROUP BY "group" ORDER BY average DESC`

const SQL = { sector: sqlBy('sector'), region: sqlBy('region'), kind: sqlBy('kind') }

type Row = {
  group: string
  count: number
  advancers: number
  average: number
  bestTicker: string
  bestName: string
  bestChange: number
  worstTicker: string
  worstName: string
  worstChange: number
}

export function compareGroups(market: Market): Tool<CompareGroupsInput, CompareGroupsOutput> {
  return tool({
    title: 'Compare groups',
    description:
      'Compares sectors, regions or kinds over a period: the plain average change of their members (shares, unless kinds are given), how many rose, and the best and the worst member.',
    inputSchema: Input,
    idempotent: true,
    milestone: ({ by, from, to, ...selection }) => {
      const within = selection.sectors || selection.regions || selection.tickers ? ` of ${spoken(selection)}` : ''
      return `Comparing ${by}s${within}, ${dateRange(from, to ?? market.lastDate)}`
    },
    execute({ by, ...input }, context) {
      const { from, to } = resolve(market, input)
      const kinds = input.kinds ?? (by === 'kind' || input.tickers ? undefined : ['share'])
      const tickers = JSON.stringify(select(market, { ...input, kinds }).map(({ ticker }) => ticker))
      const rows = query<Row>(market, context, SQL[by], { from, to, tickers })
      const groups = rows.map((row) => ({
        ...{ group: row.group, count: row.count, advancers: row.advancers, averagePct: percent(row.average) },
        best: { ticker: row.bestTicker, name: row.bestName, changePct: percent(row.bestChange) },
        worst: { ticker: row.worstTicker, name: row.worstName, changePct: percent(row.worstChange) },
      }))
      return { by, from, to, groups }
    },
  })
}
