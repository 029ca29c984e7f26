import { parsePlace } from '@longwire/protocol'
import { CommandId, Metadata, PlaceText, SessionId } from '@longwire/protocol/schemas'
import { z } from 'zod'
import { reach, refuseToOpen } from '../../auth/access.ts'
import { refuseBadDescription } from '../../commands/describe.ts'
import { Refusal } from '../../refusal.ts'
import type { DoorHouse, Doors } from '../context.ts'
import { readBody } from '../request.ts'

const ForkBody = z.object({
  at: PlaceText.optional(),
  session: SessionId.optional(),
  metadata: Metadata.optional(),
  id: CommandId.optional(),
})

/** Another session that begins as this one did, up to a place. */
export function forkDoor(doors: Doors, { sessions, limits }: DoorHouse): void {
  doors.post('/v1/sessions/:session/fork', async (c) => {
    const identity = c.get('identity')
    const { at, session, metadata, id: command } = await readBody(c, ForkBody, limits.frameBytes)
    refuseToOpen(identity, session)
    const ground = await reach(sessions, identity, c.req.param('session'))
    const { head } = ground.session
    const seq = at === undefined ? head : parsePlace(at)!.seq
    if (seq < 1 || seq > head) throw new Refusal('bad_field', `at must be a place from 1 to ${head}`)
    if (metadata) refuseBadDescription({ ...(await ground.session.facts()).metadata }, metadata, limits)
    const { ground: fork, isNew } = await sessions.fork(identity.principal, ground, {
      at: seq,
      session,
      metadata,
      command,
    })
    const made = { session: fork.session.id, agent: fork.session.agent, head: fork.session.head }
    return c.json(made, isNew ? 201 : 200)
  })
}
