import { type Tool, tool } from '@longwire/agent'
import { z } from 'zod'
import { dateRange } from '../market/dates.ts'
import { percent } from '../market/figure.ts'
import { type Market, query } from '../market/market.ts'
import { DAILY, Period, resolve, SPANS } from '../market/period.ts'
import { Selection, select, spoken } from '../market/selection.ts'

const Input = z.object({
  ...Selection,
  ...Period,
  direction: z.enum(['up', 'down', 'any']).optional().describe('any unless given'),
  limit: z.int().min(1).max(40).optional().describe('days at most; 5 unless given'),
})

export type LargeMove = { ticker: string; name: string; date: string; close: number; changePct: number }
export type FindLargeMovesInput = z.infer<typeof Input>
export type FindLargeMovesOutput = { from: string; to: string; moves: LargeMove[] }

const SQL = `
  WITH ${SPANS}, ${DAILY}
  SELECT d.ticker, s.name, d.date, d.close, d.move
  FROM daily d JOIN spans s ON s.ticker = d.ticker
  WHERE d.move IS NOT NULL AND (:direction = 'any' OR (:direction = 'up' AND d.move > 0) OR (:direction = 'down' AND d.move < 0))
  ORDER BY abs(d.move) DESC, d.date, d.ticker LIMIT :limit`

export function findLargeMoves(market: Market): Tool<FindLargeMovesInput, FindLargeMovesOutput> {
  return tool({
    title: 'Find large moves',
    description: 'The largest one-day price changes of the selected instruments in a period, with their dates.',
    inputSchema: Input,
    idempotent: true,
    milestone: (input) =>
      `Finding the days when ${spoken(input)} moved most, ${dateRange(input.from, input.to ?? market.lastDate)}`,
    execute(input, context) {
      const { from, to } = resolve(market, input)
      const tickers = JSON.stringify(select(market, input).map(({ ticker }) => ticker))
      const parameters = { from, to, tickers, direction: input.direction ?? 'any', limit: input.limit ?? 5 }
      const rows = query<Omit<LargeMove, 'changePct'> & { move: number }>(market, context, SQL, parameters)
      return { from, to, moves: rows.map(({ move, ...row }) => ({ ...row, changePct: percent(move) })) }
    },
  })
}
