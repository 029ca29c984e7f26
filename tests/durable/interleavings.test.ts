import { setTimeout as pause } from 'node:timers/promises'
import type { Commit } from '@longwire/protocol'
import { emptyView, foldAll } from '@longwire/view'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { traveller } from './agents/traveller.ts'
import { FoldReader } from './fold-reader.ts'
import { answerTo, doneAfterItsEnd, type Note } from './journey.ts'
import { MortalHome } from './mortal-home.ts'
import { Person } from './person.ts'
import { freshSeed, LONG } from './seeds.ts'
import { wellFormed } from './well-formed.ts'

/** Seeds of interleavings that found something once. */
const SEEDS_THAT_FAILED: readonly number[] = []

/** How long each thing takes that the agent does: long enough that much of it is cut. */
const PACE_MS = 3

/** What may happen to a session, at any moment. `n` chooses among what there is. */
const event = fc.oneof(
  { weight: 6, arbitrary: fc.record({ does: fc.constant('input' as const), delivery: deliveries(), text: texts() }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('context' as const) }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('withdraw' as const), n: fc.nat(9) }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('arrange' as const), n: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('cancel' as const) }) },
  { weight: 10, arbitrary: fc.record({ does: fc.constant('answer' as const), n: fc.nat(9), approved: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('crash' as const) }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('die' as const) }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('refuse' as const), n: fc.nat(2) }) },
  { weight: 5, arbitrary: fc.record({ does: fc.constant('pass' as const), ms: fc.nat(12) }) },
  { weight: 5, arbitrary: fc.record({ does: fc.constant('read' as const) }) },
)
type Event = typeof event extends fc.Arbitrary<infer T> ? T : never

function deliveries() {
  // Mostly such as let the turn go on.
  return fc.constantFrom(...(['queue', 'queue', 'queue', 'steer', 'steer', 'interrupt'] as const))
}

function texts() {
  return fc.constantFrom('A journey', 'A journey', 'Also this', 'Hurry')
}

/** A session to which these things happen, and which is then let come to rest. */
class Fate {
  readonly notes: Note[] = []
  readonly reader = new FoldReader()
  readonly #home: MortalHome
  #person!: Person
  #ids = 0

  constructor(parkMs: number) {
    this.#home = new MortalHome({
      limits: { parkMs, fruitlessAttempts: 100 },
      agents: (life) => [
        traveller((line) => {
          if (!life.isOver) this.notes.push(JSON.parse(line) as Note)
        }, PACE_MS),
      ],
    })
  }

  async live(events: readonly Event[]): Promise<readonly Commit[]> {
    try {
      this.#person = await Person.open(this.#home, 'traveller', 'open')
      for (const each of events) await this.#happen(each)
      return await this.#rest()
    } finally {
      await this.#home.close()
    }
  }

  /** The view as the server has it when all is over. */
  view: unknown

  async #happen(event: Event): Promise<void> {
    const person = this.#person
    const id = `c${++this.#ids}`
    switch (event.does) {
      case 'input':
        await person.say({ type: 'input', id, text: event.text, delivery: event.delivery })
        break
      case 'context':
        await person.say({ type: 'input', id, context: { n: this.#ids } })
        break
      case 'withdraw':
      case 'arrange': {
        const { waiting } = await person.view()
        const input = waiting[event.n % Math.max(1, waiting.length)]?.input
        if (input === undefined) break
        await person.say(
          event.does === 'withdraw' ? { type: 'withdraw', id, input } : { type: 'arrange', id, inputs: [input] },
        )
        break
      }
      case 'cancel':
        await person.say({ type: 'cancel', id })
        break
      case 'answer': {
        const { requests } = await person.view()
        const request = requests[event.n % Math.max(1, requests.length)]
        if (!request) break
        const answer = { ...answerTo(request), ...(request.kind === 'approval' ? { approved: event.approved } : {}) }
        await person.say({ type: 'answer', id, request: request.request, ...answer })
        break
      }
      case 'crash':
        await this.#home.server
        this.#home.host.crash('agent_crashed')
        break
      case 'die':
        this.#home.die()
        break
      case 'refuse':
        this.#home.life.refusals = event.n
        break
      case 'pass':
        await pause(event.ms)
        break
      case 'read':
        await person.show(this.reader)
        break
    }
  }

  /** Every question is answered until nothing is under way. */
  async #rest(): Promise<readonly Commit[]> {
    const { commits } = this.#person
    await this.#person.until(
      () => commits.length > 0 && wellFormed(commits, { isQuiet: true }).length === 0,
      (request) => answerTo(request),
    )
    await this.#person.show(this.reader)
    this.view = await this.#person.view()
    return commits
  }
}

describe('whatever happens to a session', () => {
  const seeds = [...SEEDS_THAT_FAILED, freshSeed()]

  test.each(seeds)(
    '[T1]–[T9] [T11] [S6] [A16] its log is well-formed, what was begun has its end, and whoever was away sees what is there (seed %i)',
    {
      timeout: LONG * 90_000,
    },
    async (seed) => {
      const events = fc.array(event, { minLength: 10, maxLength: 80, size: 'max' })
      const check = fc.asyncProperty(events, fc.constantFrom(1, 6, 30_000), async (events, parkMs) => {
        const fate = new Fate(parkMs)
        const commits = await fate.live(events)
        expect(wellFormed(commits, { isQuiet: true })).toEqual([])
        expect(doneAfterItsEnd(fate.notes, commits)).toEqual([])
        expect(fate.reader.view).toEqual(fate.view)
        expect(foldAll(emptyView(), commits)).toEqual(fate.view)
      })
      await fc.assert(check, { numRuns: 16 * LONG, seed, endOnFailure: true })
    },
  )
})
