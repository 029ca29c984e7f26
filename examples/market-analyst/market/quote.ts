import type { Instrument, Market } from './market.ts'

/** An instrument and its last close, in its own currency. */
export interface Quote extends Instrument {
  readonly lastClose: number
}

const SQL = `
  SELECT i.*, p.close AS lastClose FROM instruments i JOIN prices p ON p.ticker = i.ticker
  WHERE i.ticker = :ticker AND p.date = :date`

/** Undefined for what the market does not have. Tickers are written in any case. */
export function quoteOf(market: Market, ticker: string): Quote | undefined {
  return market.rows<Quote>(SQL, { ticker: ticker.toUpperCase(), date: market.lastDate })[0]
}

/** So many at this price, in cents of the American dollar, by the last exchange rates. */
export function centsOf(market: Market, quantity: number, price: number, currency: string): number {
  return Math.round(quantity * price * rateOf(market, currency) * 100)
}

function rateOf(market: Market, currency: string): number {
  if (currency === 'AXD') return 1
  const rate = quoteOf(market, `${currency}AXD`)?.lastClose
  return rate ?? 1 / quoteOf(market, `AXD${currency}`)!.lastClose
}
