import { type Tool, tool } from '@longwire/agent'
import { z } from 'zod'
import type { Book, BookState } from '../book/book.ts'

const Input = z.object({})

export type ShowBookInput = z.infer<typeof Input>
export type ShowBookOutput = BookState

export function showBook(book: Book): Tool<ShowBookInput, ShowBookOutput> {
  return tool({
    title: 'Show the book',
    description: "The person's paper-trading book: cash, positions at the last close, and orders. Values are in AXD.",
    inputSchema: Input,
    idempotent: true,
    milestone: 'Looking into the book',
    execute: (_, { principal }) => book.state(principal),
  })
}
