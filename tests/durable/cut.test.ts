import type { Commit, Limits } from '@longwire/protocol'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { traveller } from './agents/traveller.ts'
import { type Choice, type Note, overdone, travel, uncut } from './journey.ts'
import { type Cut, MortalHome } from './mortal-home.ts'
import { Person } from './person.ts'
import { freshSeed, LONG } from './seeds.ts'
import { wellFormed } from './well-formed.ts'

/** Seeds of cuts that found something once. */
const SEEDS_THAT_FAILED: readonly number[] = []

interface Journey {
  readonly commits: readonly Commit[]
  readonly notes: readonly Note[]
  readonly appends: number
  readonly lives: number
}

interface How {
  readonly limits?: Partial<Limits>
  readonly afterCut?: Choice
}

/** A journey with a server that dies at these cuts, each counted from the birth of the one that dies. */
async function journey(cuts: readonly Cut[], { limits = {}, afterCut = 'again' }: How = {}): Promise<Journey> {
  const notes: Note[] = []
  const home = new MortalHome(
    {
      limits,
      agents: (life) => [
        traveller((line) => {
          if (!life.isOver) notes.push(JSON.parse(line) as Note)
        }),
      ],
    },
    cuts,
  )
  try {
    const person = await Person.open(home, 'traveller', 'open')
    const commits = await travel(person, afterCut)
    return { commits, notes, appends: home.life.appends, lives: home.lives }
  } finally {
    await home.close()
  }
}

function expectAWholeJourney({ commits, notes }: Journey, whole: Journey, what: string): void {
  expect(wellFormed(commits, { isQuiet: true }), what).toEqual([])
  expect(overdone(notes, commits), what).toEqual([])
  expect(uncut(commits), what).toEqual(uncut(whole.commits))
}

/** Does these side by side, so many at once. */
async function sideBySide<T>(all: readonly T[], atOnce: number, work: (one: T) => Promise<void>): Promise<void> {
  const left = [...all]
  const worker = async () => {
    for (let one = left.shift(); one !== undefined; one = left.shift()) await work(one)
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
}

describe('a turn whose server dies', () => {
  test('[T10] [T11] ends as one that was never cut, wherever it dies: before and after each append', {
    timeout: 60_000,
  }, async () => {
    const whole = await journey([])
    expectAWholeJourney(whole, whole, 'uncut')
    const cuts = Array.from({ length: whole.appends }, (_, index) => index + 1).flatMap((append) => [
      { append, when: 'before' as const },
      { append, when: 'after' as const },
    ])
    await sideBySide(cuts, 8, async (cut) => {
      const { append, when } = cut
      const limits = append % 2 === 0 ? { parkMs: 3 } : {}
      expectAWholeJourney(await journey([cut], { limits }), whole, `died ${when} append ${append}`)
    })
  })

  test.each([...SEEDS_THAT_FAILED, freshSeed()])(
    '[T10] [T11] ends as one that was never cut, however often it dies, parked or not (seed %i)',
    {
      timeout: LONG * 60_000,
    },
    async (seed) => {
      const whole = await journey([])
      const cut = fc.record({
        append: fc.integer({ min: 1, max: 12 }),
        when: fc.constantFrom('before' as const, 'after' as const),
      })
      const cuts = fc.array(cut, { minLength: 2, maxLength: 12 })
      const check = fc.asyncProperty(cuts, fc.constantFrom(1, 5, 30_000), async (cuts, parkMs) => {
        // One that dies again and again before it finishes a step would be given up.
        const limits = { parkMs, fruitlessAttempts: 100 }
        expectAWholeJourney(await journey(cuts, { limits }), whole, 'cut again and again')
      })
      await fc.assert(check, { numRuns: 12 * LONG, seed, endOnFailure: true })
    },
  )

  test.each<[Choice, object]>([
    ['skip', { outcome: 'cancelled', error: 'skipped by a person after a crash' }],
    ['result', { outcome: 'ok', output: { pay: 'given' } }],
  ])(
    '[T12] takes it from a person what became of a call that was cut and may not be made twice: %s',
    async (afterCut, result) => {
      const isStart = (commit: Commit) => commit.type === 'tool.started' && commit.name === 'pay'
      const { commits, notes } = await journey([{ append: isStart, when: 'after' }], { afterCut })
      expect(wellFormed(commits, { isQuiet: true })).toEqual([])
      expect(notes.filter(({ what }) => what === 'pay').length).toBeLessThanOrEqual(1)
      const { step } = commits.find(isStart)!
      const ends = commits.filter((commit) => commit.type === 'tool.finished' && commit.step === step)
      expect(ends).toMatchObject([result])
    },
  )
})
