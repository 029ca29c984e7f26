import { SessionId } from '@longwire/protocol/schemas'
import { z } from 'zod'
import { reach } from '../../auth/access.ts'
import type { LineFaults } from '../../development/line-faults.ts'
import { Refusal } from '../../refusal.ts'
import type { DoorHouse, Doors } from '../context.ts'
import { readBody } from '../request.ts'

const forMs = z.int().min(0).max(600_000)

const Fault = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('cut-line'), connection: z.string().max(128).optional() }),
  z.object({ kind: z.literal('block-websocket'), forMs }),
  z.object({ kind: z.literal('slow'), forMs, delayMs: z.int().min(1).max(10_000).default(500) }),
  z.object({ kind: z.literal('kill-turn'), session: SessionId }),
])

/** Faults to order, for the author of an agent or a page who wants to see what comes of them. Only on their own machine. */
export function developmentDoors(doors: Doors, { sessions, lineFaults, cut, limits, log }: DoorHouse): void {
  doors.get('/v1/development/faults', (c) => c.json({ faults: known().open }))

  doors.post('/v1/development/faults', async (c) => {
    const faults = known()
    const fault = await readBody(c, Fault, limits.frameBytes)
    log.info({ fault }, 'a fault to order')
    switch (fault.kind) {
      case 'cut-line':
        return c.json({ cut: cut(fault.connection) })
      case 'block-websocket':
        faults.blockWebSocket(fault.forMs)
        if (fault.forMs > 0) cut(undefined)
        break
      case 'slow':
        faults.slowDown(fault.forMs, fault.delayMs)
        break
      case 'kill-turn': {
        const { session } = await reach(sessions, c.get('identity'), fault.session)
        const { killed } = await sessions.kill(session.key, 'its developer wanted it so')
        return c.json({ killed })
      }
    }
    return c.json({ faults: faults.open })
  })

  function known(): LineFaults {
    if (!lineFaults) throw new Refusal('not_found', 'faults to order are for development, on the machine itself')
    return lineFaults
  }
}
