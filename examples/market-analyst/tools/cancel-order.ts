import { type Tool, tool } from '@longwire/agent'
import { z } from 'zod'
import type { Book, Order } from '../book/book.ts'

const Input = z.object({ number: z.int().min(1).describe('the number of the order, as show_book tells it') })

export type CancelOrderInput = z.infer<typeof Input>
export type CancelOrderOutput = { order: Order }

export function cancelOrder(book: Book): Tool<CancelOrderInput, CancelOrderOutput> {
  return tool({
    title: 'Cancel an order',
    description: 'Takes back an order of the person that is open. What is filled stays booked.',
    inputSchema: Input,
    idempotent: true,
    milestone: ({ number }) => `Cancelling order ${number}`,
    execute: ({ number }, { principal }) => ({ order: book.cancel(principal, number) }),
  })
}
