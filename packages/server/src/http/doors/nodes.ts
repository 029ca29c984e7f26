import { z } from 'zod'
import { isOperator } from '../../auth/access.ts'
import type { Identity } from '../../auth/verifier.ts'
import { Refusal } from '../../refusal.ts'
import type { DoorHouse, Doors } from '../context.ts'
import { readBody } from '../request.ts'

const Drain = z.object({ drain: z.boolean() })

/** The nodes that share the store, and what operators do with them. */
export function nodeDoors(doors: Doors, { cluster, limits }: DoorHouse): void {
  doors.get('/v1/nodes', async (c) => {
    refuseUnlessOperator(c.get('identity'))
    return c.json({ nodes: (await cluster?.nodes()) ?? [] })
  })

  doors.post('/v1/nodes/:name', async (c) => {
    refuseUnlessOperator(c.get('identity'))
    const { drain } = await readBody(c, Drain, limits.frameBytes)
    const name = c.req.param('name')
    if (!(await cluster?.drain(name, drain))) throw new Refusal('not_found', `no living node is called ${name}`)
    return c.json({ name, drain })
  })
}

function refuseUnlessOperator(identity: Identity): void {
  if (!isOperator(identity)) throw new Refusal('forbidden', 'this is for operators')
}
