import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ChildHome, type Death } from './child-home.ts'
import { overdone, travel, uncut } from './journey.ts'
import { Person } from './person.ts'
import { freshSeed, LONG } from './seeds.ts'
import { wellFormed } from './well-formed.ts'

/** Seeds of deaths that found something once. */
const SEEDS_THAT_FAILED: readonly number[] = []
/** Sessions that are on their way at once: each death cuts them all, each somewhere else. */
const TRAVELLERS = 4
const DEATHS = 6

const death = fc.record({
  append: fc.integer({ min: 1, max: 40 }),
  when: fc.constantFrom('before' as const, 'in' as const, 'after' as const),
  parkMs: fc.constantFrom(2, 50, 30_000),
})

function deathsOf(seed: number): readonly Death[] {
  return fc.sample(fc.array(death, { minLength: DEATHS, maxLength: DEATHS }), { numRuns: 1, seed })[0]!
}

describe('a server that is killed', () => {
  const fresh = freshSeed()
  const seeds = Array.from({ length: LONG }, (_, index) => fresh + index)

  test.each([...SEEDS_THAT_FAILED, ...seeds])(
    '[T10] [T11] [T12] goes on where it was, as often as it is killed (seed %i)',
    {
      timeout: 120_000,
    },
    async (seed) => {
      const home = new ChildHome(deathsOf(seed))
      try {
        const names = Array.from({ length: TRAVELLERS }, (_, index) => `traveller ${index}`)
        const persons = await Promise.all(names.map((name) => Person.open(home, 'traveller', name)))
        const all = await Promise.all(persons.map((person) => travel(person)))
        // One that comes when all deaths are over.
        const whole = await travel(await Person.open(home, 'traveller', 'the last'))
        for (const [index, commits] of all.entries()) {
          expect(wellFormed(commits, { isQuiet: true }), names[index]).toEqual([])
          expect(uncut(commits), names[index]).toEqual(uncut(whole))
        }
        expect(home.lives).toBeGreaterThan(1)
        for (const commits of all) expect(overdone(home.notes(), commits)).toEqual([])
      } finally {
        await home.close()
      }
    },
  )
})
