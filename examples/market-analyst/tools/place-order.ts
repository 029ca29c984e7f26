import { type Tool, tool } from '@longwire/agent'
import { z } from 'zod'
import type { Book, Order } from '../book/book.ts'
import { LOT } from '../book/rules.ts'

const Input = z.object({
  side: z.enum(['buy', 'sell']),
  ticker: z.string().min(1).max(20).describe('the share'),
  quantity: z.int().min(1).max(1_000_000).describe(`how many, in whole lots of ${LOT}`),
  price: z
    .number()
    .positive()
    .max(1_000_000_000)
    .optional()
    .describe(
      'a limit, in the currency of the share: the most to pay, or the least to take; the last close unless given',
    ),
})

export type PlaceOrderInput = z.infer<typeof Input>
export type PlaceOrderOutput = { order: Order; cash: number; position: number }

/**
 * A person has to approve a call, unless the agent's policy says otherwise. The id of the call is the key of the order
 * in the book, so a call that is run again after a crash books nothing twice.
 */
export function placeOrder(book: Book): Tool<PlaceOrderInput, PlaceOrderOutput> {
  return tool({
    title: 'Place an order',
    description: `Buys or sells shares on the paper-trading book of the person. Booked at the last close; with a limit that it does not meet, the order stays open. Only shares, in whole lots of ${LOT}, with the cash and the shares that are there. Only where the person asked for exactly this order.`,
    inputSchema: Input,
    needsApproval: true,
    idempotent: true,
    milestone: ({ side, ticker, quantity, price }) =>
      `Placing an order to ${side} ${quantity} ${ticker.toUpperCase()}${price === undefined ? '' : ` at ${price}`}`,
    execute(ticket, { call, session, principal }) {
      const order = book.place({ principal, session, call }, ticket)
      const { cash, positions } = book.state(principal)
      const position = positions.find(({ ticker }) => ticker === order.ticker)?.quantity ?? 0
      return { order, cash, position }
    },
  })
}
