import { rm } from 'node:fs/promises'
import { Reader } from '../load/reader.ts'
import { Child } from '../process/child.ts'
import type { Measure, Pace, Row } from '../report.ts'
import { SPEAKER, startLoad, startLongwire, temporaryData } from './contestants.ts'
import { median, quantile, seconds } from './numbers.ts'

const SESSIONS = 50
const PER_SECOND = 20
const BLOCKED_MS = 1_000
const LOOP = new URL('../servers/loop-agent.ts', import.meta.url)

/** What goes on beside the sessions that are timed. */
const BESIDE = ['nothing', 'process', 'loop'] as const
type Beside = (typeof BESIDE)[number]

export const neighbour: Measure = {
  name: 'neighbour',
  title: 'Latency of a chunk beside an agent in an endless loop',
  columns: ['beside a loop', 'without'],
  meaning: `${SESSIONS} sessions of one agent say ${PER_SECOND} events a second each, timed as above. In another file of the same server an agent is in
an endless synchronous loop; the watchdog replaces its worker after ${BLOCKED_MS} ms, the turn is tried again and at last fails, and its
session begins another at once. Without: the same with nothing beside it, and the same with a process of its own that takes as
much of the machine, which tells what is a processor less and what is the loop being in our server. The median of the rounds.
To replace a worker takes the thread of the sockets about 1 ms of its processor, and the new worker about 120 ms of another to load
its file from source (measured by itself): on two processors the rest of p99 is three at work.`,
  run: async (pace) => {
    const rounds = await listenBeside(pace)
    return ([0.5, 0.99] as const).flatMap((q): readonly Row[] => {
      const ms = (beside: Beside) => median(rounds.map((round) => quantile(round[beside], q) / 1_000))
      const longwire = ms('loop')
      return (['nothing', 'process'] as const).map((without) => {
        const peer = ms(without)
        const what = `p${q * 100}, ${without === 'nothing' ? 'without anything beside' : 'without, but beside a busy process'}`
        const aim = q === 0.5 ? { aim: { text: 'within 1 ms', isMet: longwire - peer <= 1 } } : {}
        return { what, unit: 'ms', longwire, peer, ratio: longwire / peer, ...aim }
      })
    })
  },
}

type Round = Readonly<Record<Beside, readonly number[]>>

async function listenBeside(pace: Pace): Promise<readonly Round[]> {
  const data = await temporaryData()
  const server = await startLongwire(data, [SPEAKER, LOOP], { blockedMs: BLOCKED_MS })
  const load = await startLoad()
  const windowSeconds = pace.isQuick ? 3 : 6
  try {
    const port = await server.ask<number>('port')
    const listen = () => latenciesOf(load, port, windowSeconds)
    const rounds: Round[] = []
    for (let round = 0; round < (pace.isQuick ? 1 : 3); round++) {
      const nothing = await listen()
      const busy = await besideProcess(listen)
      rounds.push({ nothing, process: busy, loop: await besideLoop(port, listen, pace) })
    }
    return rounds
  } finally {
    await load.stop()
    await server.stop()
    await rm(data, { recursive: true })
  }
}

/** Over connections of its own: the load generator answers no ping, so none of them may last. */
async function latenciesOf(load: Child, port: number, forSeconds: number): Promise<readonly number[]> {
  await load.ask('connect', { port, connections: SESSIONS, sessionsPerConnection: 1 })
  await load.ask('speak', { pace: 'timer', burst: 1, perSecond: PER_SECOND })
  await seconds(1.5)
  const latencies = await load.ask<readonly number[]>('time', forSeconds)
  await load.ask('hush')
  await load.ask('disconnect')
  return latencies
}

async function besideProcess<T>(listen: () => Promise<T>): Promise<T> {
  const busy = await Child.start(new URL('../servers/busy-process.ts', import.meta.url))
  try {
    await busy.ask('spin')
    return await listen()
  } finally {
    await busy.kill()
  }
}

async function besideLoop<T>(port: number, listen: () => Promise<T>, pace: Pace): Promise<T> {
  const looping = await Looping.begin(port)
  try {
    const heard = await listen()
    if (looping.runs < 2) throw new Error('the loop was not taken down once: nothing was measured')
    pace.say(`the loop was begun ${looping.runs} times`)
    return heard
  } finally {
    await looping.end()
  }
}

/** A session whose agent never yields, and which asks it again whenever its turn has failed. */
class Looping {
  readonly #reader: Reader
  #isOver = false
  #turns: Promise<void> = Promise.resolve()
  runs = 0

  private constructor(reader: Reader) {
    this.#reader = reader
  }

  static async begin(port: number): Promise<Looping> {
    const looping = new Looping(await Reader.open(port))
    const attached = looping.#reader.until('"type":"attached"')
    looping.#reader.say({ type: 'open', ch: 1, agent: 'loop' })
    await attached
    looping.#countRuns()
    looping.#turns = looping.#keepOn()
    return looping
  }

  /** Resolves when the last turn has failed. */
  async end(): Promise<void> {
    this.#isOver = true
    await this.#turns
    this.#reader.close()
  }

  async #keepOn(): Promise<void> {
    while (!this.#isOver) {
      const ended = this.#reader.until('"type":"turn.ended"')
      this.#reader.say({ type: 'input', ch: 1, text: 'go' })
      await ended
    }
  }

  #countRuns(): void {
    void this.#reader.until('"type":"turn.started"').then(() => {
      this.runs += 1
      this.#countRuns()
    })
  }
}
