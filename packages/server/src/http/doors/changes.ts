import { randomUUID } from 'node:crypto'
import { streamSSE } from 'hono/streaming'
import type { DoorHouse, Doors } from '../context.ts'
import { faultsOver } from '../front-page.ts'

const LOOK_EVERY_MS = 500

/** Where a page listens in development. Whoever serves no developer has no such door. */
export const CHANGES = '/v1/development/changes'

/**
 * Tells pages when to load themselves again: at each change, and by another `life` when the server was started again
 * while they were waiting for it. They hear as well what went wrong in agents, as often as that is another.
 */
export function changesDoor(doors: Doors, { changes, faults, open }: DoorHouse): void {
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
      let told: string | undefined
      const tellFaults = () => {
        const known = faults()
        const now = `${known.length} ${known.at(-1)?.at}`
        if (now !== told) void stream.writeSSE({ event: 'faults', data: faultsOver(known) })
        told = now
      }
      tellFaults()
      const looking = setInterval(tellFaults, LOOK_EVERY_MS)
      await promise
      clearInterval(looking)
      changes.removeEventListener('change', tell)
      open.delete(end)
    }),
  )
}
