import { z } from 'zod'
import type { Instrument, Market } from './market.ts'

/** Which instruments: those named, or all that fit every facet given. */
export const Selection = {
  tickers: z.array(z.string().min(1).max(20)).min(1).max(40).optional().describe('these instruments only'),
  kinds: z.array(z.enum(['share', 'index', 'commodity', 'currency'])).optional(),
  sectors: z
    .array(z.string().max(40))
    .optional()
    .describe('Technology, Healthcare, Financials, Energy, Consumer, Industrials'),
  regions: z
    .array(z.string().max(40))
    .optional()
    .describe('Americas, Europe, Asia-Pacific; Global for what belongs to none'),
}

export interface SelectionInput {
  readonly tickers?: readonly string[] | undefined
  readonly kinds?: readonly string[] | undefined
  readonly sectors?: readonly string[] | undefined
  readonly regions?: readonly string[] | undefined
}

/** What was asked for is not in the market; the message says what is. */
class NotInMarket extends Error {
  override readonly name = 'NotInMarket'
}

/** The instruments of a selection. Throws `NotInMarket` for a name that the market does not know, or when none fits. */
export function select(market: Market, selection: SelectionInput): Instrument[] {
  const all = market.instruments
  known(
    'ticker',
    selection.tickers,
    all.map(({ ticker }) => ticker),
    'find_instruments lists them',
  )
  const sectors = known('sector', selection.sectors, unique(all.map(({ sector }) => sector)))
  const regions = known('region', selection.regions, unique(all.map(({ region }) => region)))
  const tickers = selection.tickers?.map((ticker) => ticker.toUpperCase())
  const chosen = all.filter(
    ({ ticker, kind, sector, region }) =>
      (!tickers || tickers.includes(ticker)) &&
      (!selection.kinds?.length || selection.kinds.includes(kind)) &&
      (!sectors?.length || (sector !== null && sectors.includes(sector))) &&
      (!regions?.length || regions.includes(region)),
  )
  if (chosen.length === 0) throw new NotInMarket(`no instrument fits ${JSON.stringify(selection)}`)
  return chosen
}

/** The names as the market writes them. */
function known(
  what: string,
  asked: readonly string[] | undefined,
  there: readonly string[],
  hint = `there are ${there.join(', ')}`,
) {
  return asked?.map((name) => {
    const found = there.find((other) => other.toLowerCase() === name.toLowerCase())
    if (found === undefined) throw new NotInMarket(`no ${what} «${name.slice(0, 80)}»: ${hint}`)
    return found
  })
}

function unique(names: readonly (string | null)[]): string[] {
  return [...new Set(names.filter((name) => name !== null))]
}

/** In words, for a milestone: "energy", "Americas shares", "NVLT, HNBI". */
export function spoken({ tickers, kinds, sectors, regions }: SelectionInput): string {
  if (tickers?.length) return listed(tickers)
  const facets = [...(regions ?? []), ...(sectors ?? []).map((sector) => sector.toLowerCase())]
  const kind = kinds?.length ? kinds.map(plural).join(' and ') : 'instruments'
  return [...(facets.length > 0 ? [listed(facets)] : []), kind].join(' ')
}

function plural(kind: string): string {
  return { share: 'shares', index: 'indices', commodity: 'commodities', currency: 'currencies' }[kind] ?? kind
}

function listed(names: readonly string[]): string {
  const short = names.map((name) => name.slice(0, 24))
  return short.length > 4 ? `${short.slice(0, 3).join(', ')} and ${short.length - 3} more` : short.join(', ')
}
