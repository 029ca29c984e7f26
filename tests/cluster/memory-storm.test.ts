import { describe, expect, test } from 'vitest'
import { Dice } from './dice.ts'
import { MemoryHome } from './memory-home.ts'
import { storm } from './storm.ts'

/** Seeds of storms that found something once. */
const SEEDS_THAT_FAILED: readonly number[] = []
const SEEDS = Number(process.env.LONGWIRE_STORM_SEEDS ?? 2)
const FIRST = Number(process.env.LONGWIRE_STORM_FIRST ?? 1)
const PACE = {
  faultEveryMs: [100, 700] as const,
  faults: 8,
  patienceMs: 1_500,
  sessions: 3,
  inputs: 5,
  restMs: 60_000,
}

describe('several nodes in one process', () => {
  const seeds = [...SEEDS_THAT_FAILED, ...Array.from({ length: SEEDS }, (_, n) => FIRST + n)]
  test.each(seeds)(
    '[N30] [N31] [N32] [N33] keep every promise in a storm of deaths, stops, cuts and lost messages (seed %i)',
    { timeout: 120_000 },
    async (seed) => {
      const home = await MemoryHome.start(new Dice(seed * 7919))
      try {
        const { faults, happened } = await storm(home, seed, PACE)
        expect(faults, happened.join(', ')).toEqual([])
      } finally {
        await home.close()
      }
    },
  )
})
