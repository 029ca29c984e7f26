import type { DoorHouse, Doors } from '../context.ts'

/** What operators and newcomers look at: agents, health, metrics. */
export function houseDoors(doors: Doors, house: DoorHouse): void {
  // What an agent may use is between its author and the operators.
  doors.get('/v1/agents', (c) => c.json({ agents: house.agents().map(({ budget, ...told }) => told) }))

  doors.get('/healthz', (c) => c.json({ status: 'alive', version: house.version }))

  doors.get('/readyz', (c) =>
    house.isReady() ? c.json({ status: 'ready' }) : c.json({ status: 'stopping' }, 503, { 'retry-after': '5' }),
  )

  doors.get('/metrics', async (c) => {
    const { body, contentType } = await house.metrics.text()
    return c.body(body, 200, { 'content-type': contentType })
  })
}
