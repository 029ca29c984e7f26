import { type Tool, tool } from '@longwire/agent'
import { z } from 'zod'
import { type Instrument, type Market, query } from '../market/market.ts'
import { Selection, select, spoken } from '../market/selection.ts'

const Input = z.object({
  query: z.string().max(200).optional().describe('words to look for in ticker, name, sector, region and description'),
  ...Selection,
})

export type FindInstrumentsInput = z.infer<typeof Input>
export type FindInstrumentsOutput = {
  total: number
  instruments: Instrument[]
  /** Days the prices cover. */
  covers: { from: string; to: string }
}

const SQL = `
  WITH words AS (SELECT lower(value) AS word FROM json_each(:words))
  SELECT i.ticker, i.name, i.kind, i.sector, i.region, i.currency, i.description
  FROM instruments i, (SELECT count(*) AS n FROM words) asked
  WHERE i.ticker IN (SELECT value FROM json_each(:tickers))
    AND (SELECT count(*) FROM words
         WHERE instr(lower(i.ticker || ' ' || i.name || ' ' || coalesce(i.sector, '') || ' ' || i.region || ' ' || i.description), word)) = asked.n
  ORDER BY i.kind, i.sector, i.ticker`

export function findInstruments(market: Market): Tool<FindInstrumentsInput, FindInstrumentsOutput> {
  return tool({
    title: 'Find instruments',
    description: 'Lists the instruments there are, by words, kind, sector or region. Without arguments: all of them.',
    inputSchema: Input,
    idempotent: true,
    span: 'search',
    milestone: ({ query, ...selection }) =>
      query ? `Looking for an instrument called *${query.slice(0, 60)}*` : `Looking up ${spoken(selection)}`,
    execute({ query: text, ...selection }, context) {
      const words = (text ?? '').split(/\s+/).filter((word) => word !== '')
      const tickers = select(market, selection).map(({ ticker }) => ticker)
      const parameters = { words: JSON.stringify(words), tickers: JSON.stringify(tickers) }
      const instruments = query<Instrument>(market, context, SQL, parameters)
      return { total: instruments.length, instruments, covers: { from: market.firstDate, to: market.lastDate } }
    },
  })
}
