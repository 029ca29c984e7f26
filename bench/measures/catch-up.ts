import { rm } from 'node:fs/promises'
import { SqliteStore } from '@longwire/store-sqlite'
import type { Attaching } from '../load/load.ts'
import type { Measure, Pace, Row } from '../report.ts'
import { startLoad, startLongwire, temporaryData } from './contestants.ts'
import { median } from './numbers.ts'
import { COMMITS_OF_A_TURN, writeHistory } from './write-history.ts'

const LENGTHS = [100, 1_000, 10_000, 100_000]
const FLAT = 2
const SPARE = 20

/** Which process attaches, and what it has of the session already. */
const STATES = ['cold', 'warm'] as const
type State = (typeof STATES)[number]
const WANTED = { 'a view': () => undefined, 'the last 10 commits': (head: number) => `${head - 10}` } as const
type Wanted = keyof typeof WANTED

interface Sample {
  readonly state: State
  readonly wanted: Wanted
  readonly length: number
  readonly ms: number
}

export const catchUp: Measure = {
  name: 'catch-up',
  title: 'Time to attach and catch up',
  meaning: `From the attach frame to the last frame that was missing, over a connection that is open. Cold: the first to ask for
this session after the server was started on its data. Warm: the next ones. A turn has ${COMMITS_OF_A_TURN} commits.`,
  run: async (pace) => {
    const samples = await sample(pace)
    return STATES.flatMap((state) =>
      (Object.keys(WANTED) as Wanted[]).flatMap((wanted) => rowsOf(state, wanted, samples)),
    )
  },
}

function rowsOf(state: State, wanted: Wanted, samples: readonly Sample[]): readonly Row[] {
  const medians = LENGTHS.map((length) =>
    median(
      samples
        .filter((one) => one.state === state && one.wanted === wanted && one.length === length)
        .map(({ ms }) => ms),
    ),
  )
  return LENGTHS.map((length, index) => {
    const longwire = medians[index]!
    const last = index === LENGTHS.length - 1
    const growth = longwire / medians[0]!
    const aim = last ? { aim: { text: `flat: ≤ ${FLAT}× the first`, isMet: growth <= FLAT } } : {}
    return { what: `${state}, ${wanted} of ${length.toLocaleString('en-US')} commits`, unit: 'ms', longwire, ...aim }
  })
}

async function sample(pace: Pace): Promise<readonly Sample[]> {
  const data = await temporaryData()
  const rounds = pace.isQuick ? 1 : 3
  try {
    const sessions = await writeSessions(data, rounds)
    pace.say(`wrote ${sessions.length} histories`)
    // A server that has served the sessions has kept their folds when it stopped.
    await attachToEach(data, sessions, 'a view')
    const samples: Sample[] = []
    for (const wanted of Object.keys(WANTED) as Wanted[]) samples.push(...(await attachToEach(data, sessions, wanted)))
    return samples
  } finally {
    await rm(data, { recursive: true })
  }
}

interface Written {
  readonly session: string
  readonly length: number
  readonly head: number
}

/** Histories of each length, and before them spare ones to warm up with. */
async function writeSessions(data: string, each: number): Promise<readonly Written[]> {
  const store = await SqliteStore.open({ directory: data, durability: 'process' })
  const written: Written[] = []
  for (const length of [
    ...Array<number>(SPARE).fill(LENGTHS[0]!),
    ...LENGTHS.flatMap((length) => Array<number>(each).fill(length)),
  ]) {
    written.push({ ...(await writeHistory(store, length / COMMITS_OF_A_TURN)), length })
  }
  await store.close()
  return written
}

/** Attaches to each session once cold and a few times warm, on a server that was just started. */
async function attachToEach(data: string, sessions: readonly Written[], wanted: Wanted): Promise<readonly Sample[]> {
  const server = await startLongwire(data)
  const load = await startLoad()
  const samples: Sample[] = []
  try {
    await load.ask('connect', { port: await server.ask('port'), connections: 1, sessionsPerConnection: 1 })
    const attach = ({ session, head }: Written) =>
      load.ask<number>('attach', { session, head, after: WANTED[wanted](head) } satisfies Attaching)
    // A server that has never attached anybody is slow for reasons of its own: it has not run that code yet.
    for (const spare of sessions.slice(0, SPARE)) await attach(spare)
    for (const written of sessions.slice(SPARE)) {
      const { length } = written
      samples.push({ state: 'cold', wanted, length, ms: await attach(written) })
      for (let again = 0; again < 5; again++) samples.push({ state: 'warm', wanted, length, ms: await attach(written) })
    }
  } finally {
    await load.stop()
    await server.stop()
  }
  return samples
}
