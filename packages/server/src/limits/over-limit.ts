import { type ErrorCode, LIMIT_ROWS, type Limits } from '@longwire/protocol'
import { Refusal } from '../refusal.ts'

type Refusing = { [L in keyof Limits]: (typeof LIMIT_ROWS)[L] extends { over: ErrorCode } ? L : never }[keyof Limits]

/** The refusal for this bound: the code of its row, and its name, by which it is counted. */
export function overLimit(limit: Refusing, message: string, retryAfterMs?: number): Refusal {
  return new Refusal(LIMIT_ROWS[limit].over, message, {
    limit,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  })
}
