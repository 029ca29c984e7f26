import { BadCursor } from './session-store.ts'

/** Where a page of a list ended: a session's `createdAt`, and the store's own number of it for equal times. */
export interface ListPosition {
  readonly createdAt: number
  readonly ordinal: number
}

export function printCursor(at: ListPosition): string {
  return `${at.createdAt.toString(36)}-${at.ordinal.toString(36)}`
}

/** Throws `BadCursor` for what `printCursor` did not print. */
export function parseCursor(cursor: string): ListPosition {
  const [createdAt, ordinal] = cursor.split('-').map((part) => Number.parseInt(part, 36))
  if (createdAt === undefined || ordinal === undefined) throw new BadCursor(cursor)
  const at = { createdAt, ordinal }
  if (!Number.isSafeInteger(createdAt) || !Number.isSafeInteger(ordinal) || printCursor(at) !== cursor) {
    throw new BadCursor(cursor)
  }
  return at
}
