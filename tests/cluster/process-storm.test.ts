import { describe, expect, test } from 'vitest'
import { hasNats } from '../nats-process/nats-process.ts'
import { hasPostgres } from '../postgres-process/postgres-programs.ts'
import { Dice } from './dice.ts'
import { ProcessHome } from './process-home.ts'
import { storm } from './storm.ts'

/** Seeds of storms that found something once. */
const SEEDS_THAT_FAILED: readonly number[] = []
const SEEDS = Number(process.env.LONGWIRE_CLUSTER_SEEDS ?? 1)
const FIRST = Number(process.env.LONGWIRE_STORM_FIRST ?? 1)
const HOUR = 3_600_000
const PACE = {
  faultEveryMs: [300, 1_500] as const,
  faults: 4,
  patienceMs: 4_000,
  sessions: 2,
  inputs: 3,
  restMs: 90_000,
}

describe.skipIf(!hasPostgres() || !hasNats())('three to five nodes on a real Postgres and a real NATS', () => {
  const seeds = [...SEEDS_THAT_FAILED, ...Array.from({ length: SEEDS }, (_, n) => FIRST + n)]
  test.each(seeds)(
    '[N30] [N31] [N32] [N33] keep every promise while nodes, Postgres and NATS are killed, frozen and cut off (seed %i)',
    { timeout: 240_000 },
    async (seed) => {
      const nodes = 3 + (seed % 3)
      // Every other storm has a node that is an hour ahead, and one that is an hour behind.
      const skewMs = seed % 2 === 0 ? [0, HOUR, -HOUR] : []
      const home = await ProcessHome.start(new Dice(seed * 7919), { nodes, skewMs })
      try {
        const { faults, happened, sessions } = await storm(home, seed, PACE)
        const traces = faults.length > 0 ? `, see ${await home.keepTraces(seed, sessions)}` : ''
        expect(faults, `${happened.join(', ')}${traces}`).toEqual([])
      } finally {
        await home.close()
      }
    },
  )
})
