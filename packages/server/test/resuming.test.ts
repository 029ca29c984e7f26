import { isAfter, parsePlace, placeOf, printPlace, type SessionEvent } from '@longwire/protocol'
import { MemoryStore } from '@longwire/store'
import { emptyView, fold, type SessionView } from '@longwire/view'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ServerOptions } from '../src/index.ts'
import { type House, house, turnOn } from './house.ts'
import { type Leg, type Place, readLeg } from './readers.ts'
import type { ScriptedRun } from './scripted-host.ts'

// An agent says something at random while a reader is cut and comes back from its place, over one wire or another.

type Move =
  | { readonly do: 'text' | 'thought'; readonly step: number; readonly text: string }
  | { readonly do: 'message' | 'rollback'; readonly step: number }
  | { readonly do: 'progress'; readonly span: number; readonly fraction: number }
  | { readonly do: 'span'; readonly span: number }
  | { readonly do: 'tool' }
  | { readonly do: 'pause'; readonly ticks: number }

const step = fc.integer({ min: 1, max: 3 })
const pieces = fc.constantFrom('a', 'bc', 'é"\\', '\u{1f600}', '\n')
const move: fc.Arbitrary<Move> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant('text' as const), step, text: pieces }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('thought' as const), step, text: pieces }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('message' as const), step }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('rollback' as const), step }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('progress' as const), span: step, fraction: fc.constantFrom(0.1, 0.5) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('span' as const), span: step }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('tool' as const) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('pause' as const), ticks: fc.integer({ min: 1, max: 40 }) }) },
)

const leg: fc.Arbitrary<Leg> = fc.record({
  wire: fc.constantFrom('socket' as const, 'sse' as const, 'poll' as const),
  frames: fc.integer({ min: 1, max: 6 }),
})

/** The agent, as the moves say: steps are never used again once they have ended. */
class Speaker {
  readonly #run: ScriptedRun
  readonly #says = new Map<string, (text: string) => void>()
  readonly #names = new Map<number, number>()
  #next = 1
  #calls = 0
  #spans = 0
  readonly #openSpans = new Map<number, string>()

  constructor(run: ScriptedRun) {
    this.#run = run
  }

  play(move: Move): void {
    switch (move.do) {
      case 'text':
        this.#say(move.step, '0', 'chunk.text')(move.text)
        break
      case 'thought':
        this.#say(move.step, 'r', 'chunk.reasoning')(move.text)
        break
      case 'message':
        this.#end(move.step, (step) => this.#run.thoughtfulMessage(step, `thought ${step}`, `said ${step}`))
        break
      case 'rollback':
        this.#end(move.step, (step) => this.#run.rollBack(step))
        break
      case 'progress':
        this.#run.progress(this.#span(move.span), move.fraction)
        break
      case 'span':
        this.#run.span(this.#span(move.span))
        this.#openSpans.delete(move.span)
        break
      case 'tool':
        this.#calls += 1
        this.#run.startTool(`call${this.#calls}`)
        this.#run.finishTool(`call${this.#calls}`)
        break
      case 'pause':
    }
  }

  #say(slot: number, part: string, type: 'chunk.text' | 'chunk.reasoning'): (text: string) => void {
    const step = this.#names.get(slot) ?? this.#next++
    this.#names.set(slot, step)
    const key = `${step}/${part}`
    const say = this.#says.get(key) ?? this.#run.speak(step, part, type)
    this.#says.set(key, say)
    return say
  }

  #end(slot: number, end: (step: number) => void): void {
    const step = this.#names.get(slot)
    this.#names.delete(slot)
    if (step !== undefined) end(step)
  }

  #span(slot: number): string {
    const span = this.#openSpans.get(slot) ?? `span${++this.#spans}`
    this.#openSpans.set(slot, span)
    return span
  }
}

const tick = () => new Promise((resolve) => setImmediate(resolve))

/** What the place of each event that any reader got holds: no place is ever given twice with another content. */
class Witness {
  readonly #seen = new Map<string, string>()

  saw(event: SessionEvent): void {
    const place = printPlace(placeOf(event as { seq: number }))
    // A merged draft has the place of its last piece and more text: what it says is of the same draft.
    const { ch: _, text: __, input: ___, ...head } = event as unknown as Record<string, unknown>
    const said = JSON.stringify(head)
    const before = this.#seen.get(place) ?? said
    expect(said, `two events at ${place}`).toBe(before)
    this.#seen.set(place, said)
  }
}

async function storm(home: House, moves: readonly Move[], legs: readonly Leg[]): Promise<void> {
  const whole = await home.connect()
  const session = await whole.open(1, { trace: 'debug' })
  await whole.ask({ type: 'input', ch: 1, text: 'Go' })
  const run = await home.host.runOf(session)
  const speaker = new Speaker(run)
  const witness = new Witness()

  let view: SessionView = emptyView()
  let place: Place = { after: undefined, log: undefined }
  const speaking = (async () => {
    for (const move of moves) {
      speaker.play(move)
      if (move.do === 'pause') for (let n = 0; n < move.ticks; n++) await tick()
    }
    run.commit({ type: 'task.started', task: 'the-end', label: 'all is said' })
    await whole.event('task.started')
  })()

  const isAtTheEnd = () => view.tasks.some(({ task }) => task === 'the-end')
  for (let n = 0; !isAtTheEnd(); n++) {
    // After the last of the legs the reader stays: what it still misses has to come.
    const leg: Leg = n < legs.length ? legs[n]! : { wire: n % 2 ? 'poll' : 'socket', frames: 1_000 }
    if (n > legs.length + 50) throw new Error(`never reached the end from ${place.after}`)
    const got = await readLeg(home, session, place, leg)
    for (const each of got.frames) {
      if (each.type === 'snapshot') {
        view = each.view as unknown as SessionView
        continue
      }
      const event = each as unknown as SessionEvent
      witness.saw(event)
      expect(
        isAfter(placeOf(event as { seq: number }), parsePlace(view.at)!),
        `${view.at} then ${printPlace(placeOf(event as { seq: number }))}`,
      ).toBe(true)
      view = fold(view, event)
    }
    place = { after: view.at, log: got.log }
  }
  await speaking

  const expected = whole.events().reduce<SessionView>((folded, event) => fold(folded, event), emptyView())
  for (const event of whole.events()) witness.saw(event)
  const atEnd = legs.length
  expect({ ...view, legs: atEnd }).toEqual({ ...expected, legs: atEnd })
  whole.cut()
}

/** Seeds that ever failed stay here. */
const SEEDS_THAT_FAILED: readonly number[] = []

/** Everything at hand; and so little room and reach that readers lag, and come back to a view, all the time. */
const HOUSES: Record<string, Partial<ServerOptions>> = {
  'as it is': {},
  'with hardly any room': { limits: { bufferBytes: 300, replayCommits: 6 } },
}

describe('a reader that is cut anywhere and comes back from its place', () => {
  for (const [name, options] of Object.entries(HOUSES)) {
    for (const seed of [...SEEDS_THAT_FAILED, 20260101, 7]) {
      test(`[A4] ends with the view of one that was never cut, over any wires, in a house ${name} (seed ${seed})`, async () => {
        const home = await house(options)
        const scripts = fc.array(move, { minLength: 5, maxLength: 60, size: 'max' })
        await fc.assert(
          fc.asyncProperty(scripts, fc.array(leg, { maxLength: 12, size: 'max' }), (moves, legs) =>
            storm(home, moves, legs),
          ),
          { seed, numRuns: 25 },
        )
      })
    }
  }
})

test('[B8] to catch up costs what was missed, however long the history is', async () => {
  let read = 0
  const data = new MemoryStore()
  const plain = data.read.bind(data)
  data.read = async (...args) => {
    const commits = await plain(...args)
    read += commits.length
    return commits
  }
  const home = await house({ data })
  const peer = await home.connect()
  const session = await peer.open()
  const run = await turnOn(home, peer)
  for (let n = 1; n <= 500; n++) run.message(n, `Line ${n}`)
  await peer.until(() => peer.events().filter(({ type }) => type === 'message.committed').length === 500)
  const { seq } = peer.events().at(-1)!
  const costOf = async (ch: number, missed: number) => {
    const late = await home.connect()
    read = 0
    expect(await late.attach(session, { ch, after: String(seq - missed) })).toMatchObject({ type: 'attached' })
    await late.until(() => late.events(ch).at(-1)?.seq === seq)
    return read
  }
  expect(await costOf(1, 5)).toBeLessThanOrEqual(10)
  // That it counts at all: the end of a log is still at hand, the middle is not.
  expect(await costOf(2, 400)).toBeGreaterThan(100)
})
