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
  reusable: z.boolean().optional(),
  name: z.string().min(1).max(128).optional(),
  expiresIn: z.int().min(1).max(86_400).default(60),
})

const Revoked = z.object({ ticket: z.string().max(8_192) })

/** Mints tickets: an application's server for its users, and anyone for a narrower self. */
export function ticketDoor(doors: Doors, { tickets, desk, limits }: DoorHouse): void {
  doors.post('/v1/tickets', async (c) => {
    const grant = await readBody(c, Grant, limits.frameBytes)
    return c.json(tickets.mint(c.get('identity'), grant), 201)
  })

  doors.post('/v1/tickets/revoke', async (c) => {
    const { ticket } = await readBody(c, Revoked, limits.frameBytes)
    await desk.revoke(c.get('identity'), ticket)
    return c.json({ revoked: true })
  })
}
