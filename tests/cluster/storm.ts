import type { Commit } from '@longwire/protocol'
import { emptyView, foldAll } from '@longwire/view'
import { doneAfterItsEnd, type Note } from '../durable/journey.ts'
import { wellFormed } from '../durable/well-formed.ts'
import { Dice } from './dice.ts'
import type { Pace, StormHome } from './storm-home.ts'
import { StormReader } from './storm-reader.ts'
import { StormSpeaker } from './storm-speaker.ts'

export interface StormReport {
  readonly happened: readonly string[]
  readonly faults: readonly string[]
  readonly commits: number
  readonly reconnects: number
  readonly sessions: readonly string[]
}

const READERS = 3
/** A node knows the time of the store by its answers, and no better. */
const CLOCKS_APART_MS = 100
const ALL_TOOLS = ['book', 'pay', 'ship']

/** Sessions full of life, readers on every node, and one fault after another; then what has to hold is looked at. */
export async function storm(home: StormHome, seed: number, pace: Pace): Promise<StormReport> {
  const dice = new Dice(seed)
  const urls = () => home.urls
  const happened: string[] = []
  const faults: string[] = []
  const tales = await Promise.all(
    Array.from({ length: pace.sessions }, (_, n) => Tale.begin(`s${n}`, { urls, dice, patienceMs: pace.patienceMs })),
  )
  const told = Promise.all(tales.map((tale) => tale.tell(pace.inputs)))
  for (let n = 0; n < pace.faults; n += 1) {
    await pause(dice.whole(...pace.faultEveryMs))
    const name = dice.of(Object.keys(home.faults))
    happened.push(name)
    await home.faults[name]!()
  }
  await home.calm()
  const isOver = await within(
    pace.restMs,
    told.then(() => Promise.all(tales.map((tale) => tale.rests(home)))),
  )
  if (!isOver) faults.push(`not at rest after ${pace.restMs} ms: ${await whatIsOpen(home, tales)}`)
  let commits = 0
  for (const tale of tales) {
    tale.close()
    const log = await home.log(tale.session)
    commits += log.length
    faults.push(...tale.faultsOf(log, home.notes()).map((fault) => `${tale.session}: ${fault}`))
  }
  const reconnects = tales.reduce((sum, tale) => sum + tale.reconnects, 0)
  return { happened, faults, commits, reconnects, sessions: tales.map(({ session }) => session) }
}

interface TaleHouse {
  readonly urls: () => readonly string[]
  readonly dice: Dice
  readonly patienceMs: number
}

/** One session: somebody speaks to it, answers what it asks, and several read it. */
class Tale {
  readonly session: string
  readonly #name: string
  readonly #dice: Dice
  readonly #speaker: StormSpeaker
  readonly #readers: readonly StormReader[]
  readonly #answered = new Set<string>()
  readonly #answering: Promise<unknown>[] = []

  static async begin(name: string, house: TaleHouse): Promise<Tale> {
    const speaker = new StormSpeaker(house)
    return new Tale(name, await speaker.open(`open-${name}`), speaker, house)
  }

  private constructor(name: string, session: string, speaker: StormSpeaker, house: TaleHouse) {
    this.#name = name
    this.session = session
    this.#speaker = speaker
    this.#dice = house.dice
    const answers = (request: object) => this.#answer(request as never)
    this.#readers = Array.from(
      { length: READERS },
      (_, n) => new StormReader(session, house, n === 0 ? answers : undefined),
    )
  }

  get reconnects(): number {
    return this.#readers.reduce((sum, { reconnects }) => sum + reconnects, 0)
  }

  /** Says one thing after another: turns begin, are joined, broken into and stopped. */
  async tell(inputs: number): Promise<void> {
    for (let n = 0; n < inputs; n += 1) {
      const text =
        n === 0 ? 'A journey, please' : this.#dice.of(['Also this', 'A journey, please', 'Hurry', 'Also that'])
      const delivery = n === 0 ? 'queue' : this.#dice.of(['queue', 'queue', 'steer', 'interrupt'])
      await this.#speaker.say(this.session, { type: 'input', id: `${this.#name}-i${n}`, text, delivery })
      await pause(this.#dice.whole(5, 120))
      if (this.#dice.isOne(6)) await this.#speaker.say(this.session, { type: 'cancel', id: `${this.#name}-c${n}` })
    }
  }

  /** Resolves when nothing is open any more, and every reader has come to the end. */
  async rests(home: StormHome): Promise<void> {
    for (;;) {
      const log = await home.log(this.session)
      const isQuiet = wellFormed(log, { isQuiet: true }).length === 0
      if (isQuiet && this.#readers.every(({ seq }) => seq === log.length)) return
      await pause(50)
    }
  }

  close(): void {
    this.#speaker.close()
    for (const reader of this.#readers) reader.close()
  }

  standing(): string {
    return `${this.session} readers at ${this.#readers.map(({ seq }) => seq).join(', ')}`
  }

  faultsOf(log: readonly Commit[], notes: readonly Note[]): string[] {
    const own = notes.filter(({ session }) => session === this.session)
    const tools = own.filter(({ what }) => ALL_TOOLS.includes(what))
    return [
      ...wellFormed(log, { isQuiet: true }),
      ...this.#speaker.refused.map((refusal) => `refused: ${refusal}`),
      ...this.#acknowledgedOnce(log),
      ...doneAfterItsEnd(tools, log, CLOCKS_APART_MS),
      ...this.#readers.flatMap((reader, n) => readFaults(reader, log).map((fault) => `reader ${n} ${fault}`)),
    ]
  }

  #acknowledgedOnce(log: readonly Commit[]): string[] {
    return this.#speaker.acknowledged.flatMap(({ id, seq }) => {
      const made = log.filter((commit) => 'command' in commit && commit.command === id)
      const isThere = made.length === 1 ? made[0]!.seq === seq : made.length === 0 && seq === undefined
      return isThere ? [] : [`${id} was acknowledged at ${seq}, and is in the log ${made.length} times`]
    })
  }

  #answer({ request, kind, options = [] }: { request: string; kind: string; options?: { value: string }[] }): void {
    if (this.#answered.has(request)) return
    this.#answered.add(request)
    const values = options.map(({ value }) => value)
    const choice = values.includes('again') ? 'again' : values[0]
    const answer =
      kind === 'approval'
        ? { approved: true }
        : { action: 'accept', content: kind === 'form' ? { city: 'Trieste' } : { choice } }
    const said = this.#speaker.say(this.session, { type: 'answer', id: `a-${request}`, request, ...answer })
    // Somebody else, or nobody in time, may have settled it.
    this.#answering.push(
      said.then((answered) => {
        if (!answered) this.#speaker.refused.splice(0)
      }),
    )
  }
}

function readFaults(reader: StormReader, log: readonly Commit[]): string[] {
  const strange = [...reader.commits].flatMap(([seq, json]) => {
    const isSame = JSON.stringify(log[seq - 1]) === json
    return isSame
      ? []
      : [`saw ${json.slice(0, 120)} at ${seq}, and the log has ${JSON.stringify(log[seq - 1])?.slice(0, 120)}`]
  })
  const whole = foldAll(emptyView(), log)
  const isFold = JSON.stringify(reader.view) === JSON.stringify(whole)
  return [
    ...reader.faults,
    ...strange,
    ...(isFold ? [] : [`has another view than the fold of the log, at ${reader.view.at}`]),
  ]
}

async function whatIsOpen(home: StormHome, tales: readonly Tale[]): Promise<string> {
  const open = await Promise.all(
    tales.map(async (tale) => {
      const log = await home.log(tale.session)
      return `${tale.standing()} of ${log.length}: ${wellFormed(log, { isQuiet: true })[0] ?? 'quiet'}`
    }),
  )
  return open.join('; ')
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

function within(ms: number, work: Promise<unknown>): Promise<boolean> {
  return Promise.race([work.then(() => true), pause(ms).then(() => false)])
}
