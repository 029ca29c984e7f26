import { Level, SessionId } from '@longwire/protocol/schemas'
import { z } from 'zod'
import { VERBS } from '../../auth/access.ts'
import type { DoorHouse, Doors } from '../context.ts'
import { readBody } from '../request.ts'

const Grant = z.object({
  principal: z.string().min(1).max(256).optional(),
  sessions: z.array(SessionId).max(1_000).optional(),
  verbs: z.array(z.enum(VERBS)).min(1).optional(),
  trace: Level.optional(),
  expiresIn: z.int().min(1).max(86_400).default(60),
})

/** Mints tickets: an application's server for its users, and anyone for a narrower self. */
export function ticketDoor(doors: Doors, { tickets, limits }: DoorHouse): void {
  doors.post('/v1/tickets', async (c) => {
    const grant = await readBody(c, Grant, limits.frameBytes)
    return c.json(tickets.mint(c.get('identity'), grant), 201)
  })
}
