import type { AgentOptions } from '@longwire/agent'
import { money } from '../market/figure.ts'
import type { Market } from '../market/market.ts'
import type { PlaceOrderInput } from '../tools/place-order.ts'
import type { Book } from './book.ts'
import { OrderRefused, worthOf } from './rules.ts'

/** An order of more than this, in AXD, needs a person's approval. */
const APPROVAL_ABOVE = 10_000

/**
 * Lets small orders pass and has large ones approved, with the reason. An order that the book would refuse is let
 * through to be refused there: nobody is asked about what cannot be.
 */
export function approvalPolicy(market: Market, book: Book): NonNullable<AgentOptions['policy']> {
  return ({ tool, input, principal }) => {
    if (tool !== 'place_order') return undefined
    const ticket = input as PlaceOrderInput
    try {
      book.check(principal, ticket)
    } catch (error) {
      if (error instanceof OrderRefused) return 'allow'
      throw error
    }
    const worth = worthOf(market, ticket)
    if (worth <= APPROVAL_ABOVE) return 'allow'
    return { verdict: 'ask', reason: `The order is worth ${money(worth)}, more than ${money(APPROVAL_ABOVE)}.` }
  }
}
