import { money } from '../market/figure.ts'
import type { Market } from '../market/market.ts'
import { centsOf, quoteOf } from '../market/quote.ts'
import type { BookState } from './book.ts'

// What may be booked: whole lots of shares that there are, with money and shares that are there.

/** Shares are traded in lots of so many. */
export const LOT = 10
/** Orders of one book that may be open at once. */
export const MOST_OPEN = 20
const MOST_SHARES = 1_000_000
/** How far a limit may be from the last close, as a fraction of it: further away it is a slip of the pen. */
const FARTHEST = 0.5

/** An order as it is asked for. */
export interface Ticket {
  readonly side: 'buy' | 'sell'
  readonly ticker: string
  readonly quantity: number
  /** The most to pay, or the least to take; the last close unless given. */
  readonly price?: number | undefined
}

/** A rule of the book forbids it; the message says which. Nothing was booked. */
export class OrderRefused extends Error {
  override readonly name = 'OrderRefused'
}

/** What an order comes to. Throws `OrderRefused` where a rule forbids it. */
export function checkOrder(market: Market, state: BookState, ticket: Ticket) {
  const { side, quantity, price: limit } = ticket
  const share = shareOf(market, ticket.ticker)
  const { ticker, lastClose, currency } = share
  if (!Number.isInteger(quantity) || quantity < LOT || quantity > MOST_SHARES || quantity % LOT !== 0) {
    const near = Math.max(LOT, Math.round(quantity / LOT) * LOT)
    const hint = Number.isFinite(quantity) && quantity <= MOST_SHARES ? `: ${near} would be one` : ''
    throw new OrderRefused(`${quantity} is no quantity: shares are traded in whole lots of ${LOT}${hint}`)
  }
  if (limit !== undefined && !(Math.abs(limit / lastClose - 1) <= FARTHEST)) {
    throw new OrderRefused(
      `a limit of ${limit} is more than ${FARTHEST * 100}% away from the last close of ${ticker}, ${lastClose} ${currency}`,
    )
  }
  const isMet = limit === undefined || (side === 'buy' ? limit >= lastClose : limit <= lastClose)
  const price = isMet ? lastClose : limit
  const cents = centsOf(market, quantity, price, currency)
  if (side === 'buy' && cents > Math.round(availableCash(state) * 100)) {
    throw new OrderRefused(
      `there is not enough cash: ${quantity} ${ticker} cost ${money(cents / 100)}, and ${money(availableCash(state))} is free`,
    )
  }
  if (side === 'sell' && quantity > availableShares(state, ticker)) {
    throw new OrderRefused(
      `nothing is sold that is not held: ${availableShares(state, ticker)} ${ticker} can be sold, not ${quantity}`,
    )
  }
  if (!isMet && state.orders.filter(({ status }) => status === 'open').length >= MOST_OPEN) {
    throw new OrderRefused(`${MOST_OPEN} orders are open already: cancel one first`)
  }
  return { share, price, isMet, cents }
}

/** What an order is worth at most, in AXD, for whoever decides whether a person has to approve it. */
export function worthOf(market: Market, { ticker, quantity, price = 0 }: Ticket): number {
  const { lastClose, currency } = shareOf(market, ticker)
  return centsOf(market, quantity, Math.max(price, lastClose), currency) / 100
}

function shareOf(market: Market, ticker: string) {
  const share = quoteOf(market, ticker)
  if (!share) throw new OrderRefused(`there is no «${ticker.slice(0, 20)}»: find_instruments lists what there is`)
  if (share.kind !== 'share')
    throw new OrderRefused(`${share.name} (${share.ticker}) is no share: only shares are traded`)
  return share
}

/** What open orders do not hold back. */
function availableCash({ cash, reserved }: BookState): number {
  return Math.round((cash - reserved) * 100) / 100
}

function availableShares({ positions, orders }: BookState, ticker: string): number {
  const held = positions.find((position) => position.ticker === ticker)?.quantity ?? 0
  return orders.reduce(
    (left, order) =>
      order.ticker === ticker && order.side === 'sell' && order.status === 'open' ? left - order.quantity : left,
    held,
  )
}
