import { randomUUID } from 'node:crypto'
import { streamSSE } from 'hono/streaming'
import type { DoorHouse, Doors } from '../context.ts'

/** Where a page listens in development. Whoever serves no developer has no such door. */
export const CHANGES = '/v1/development/changes'

/**
 * Tells pages when to load themselves again: at each change, and by another `life` when the server was started again
 * while they were waiting for it.
 */
export function changesDoor(doors: Doors, { changes, open }: DoorHouse): void {
  if (changes === undefined) return
  const life = randomUUID()
  doors.get(CHANGES, (c) =>
    streamSSE(c, async (stream) => {
      const { promise, resolve: end } = Promise.withResolvers<void>()
      const tell = () => void stream.writeSSE({ event: 'change', data: life })
      changes.addEventListener('change', tell)
      open.add(end)
      stream.onAbort(end)
      await stream.writeSSE({ event: 'life', data: life })
      await promise
      changes.removeEventListener('change', tell)
      open.delete(end)
    }),
  )
}
