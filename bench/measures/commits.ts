import { rm } from 'node:fs/promises'
import type { SessionStore } from '@longwire/store'
import { PostgresStore } from '@longwire/store-postgres'
import { SqliteStore } from '@longwire/store-sqlite'
import { PostgresProcess } from '../../tests/postgres-process/postgres-process.ts'
import type { Measure, Pace, Row } from '../report.ts'
import { temporaryData } from './contestants.ts'
import { quantile } from './numbers.ts'

/** Appends a second, over all sessions. */
const RATES = [100, 500, 1_000, 2_000, 4_000]
const SESSIONS = 200
const BYTES = 300

export const commits: Measure = {
  name: 'commits',
  title: 'Commits to PostgreSQL',
  meaning: `${SESSIONS} sessions append a commit of ${BYTES} bytes each, so many a second over all of them, to PostgreSQL through
\`@longwire/store-postgres\` and to SQLite through \`@longwire/store-sqlite\`, one after the other in each round. Both put a commit on the disk
before they acknowledge it: PostgreSQL with \`fsync\` and \`synchronous_commit\` on, \`shared_buffers\` at 128 MB and all else as it comes,
over loopback, two connections for writes; SQLite with durability \`power\`. A latency is from the call to the acknowledgement. The last
rows are what either takes when each session appends its next commit as soon as the one before is acknowledged.`,
  columns: ['postgres', 'sqlite'],
  async run(pace) {
    const postgres = await PostgresProcess.start({ settings: { shared_buffers: '128MB' } })
    const data = await temporaryData()
    const stores = [
      await PostgresStore.open({ url: postgres.url() }),
      await SqliteStore.open({ directory: data, durability: 'power' }),
    ] as const
    try {
      return await measure(stores, pace)
    } finally {
      for (const store of stores) await store.close()
      await rm(data, { recursive: true })
      await postgres.close()
    }
  },
}

async function measure(stores: readonly [SessionStore, SessionStore], pace: Pace): Promise<readonly Row[]> {
  const writers = [await Writers.make(stores[0]), await Writers.make(stores[1])] as const
  const length = pace.isQuick ? 1_000 : 10_000
  const rows: Row[] = []
  for (const rate of RATES) {
    const [ours, peer] = [await writers[0].atRate(rate, length), await writers[1].atRate(rate, length)]
    pace.say(`${rate} a second: p50 ${quantile(ours, 0.5).toFixed(2)} and ${quantile(peer, 0.5).toFixed(2)} ms`)
    for (const [name, q] of [
      ['p50', 0.5],
      ['p99', 0.99],
    ] as const) {
      const [longwire, other] = [quantile(ours, q), quantile(peer, q)]
      const what = `${rate.toLocaleString('en-US')} a second, ${name}`
      rows.push({ what, unit: 'ms', longwire, peer: other, ratio: longwire / other })
    }
  }
  const most = [await writers[0].asFastAsItGoes(length), await writers[1].asFastAsItGoes(length)] as const
  rows.push({
    what: 'as fast as it goes',
    unit: 'commits/s',
    longwire: most[0],
    peer: most[1],
    ratio: most[0] / most[1],
  })
  return rows
}

/** The sessions of a store, each with the place that it appends at. */
class Writers {
  readonly #store: SessionStore
  readonly #heads = new Map<string, number>()

  static async make(store: SessionStore): Promise<Writers> {
    const writers = new Writers(store)
    await Promise.all([...writers.#heads.keys()].map((key) => store.create(sessionOf(key), [])))
    await writers.atRate(500, 1_000)
    return writers
  }

  private constructor(store: SessionStore) {
    this.#store = store
    for (let n = 0; n < SESSIONS; n += 1) this.#heads.set(`session-${n}`, 0)
  }

  /** The latencies, in milliseconds. What is late because the one before was late counts from when it was due. */
  async atRate(rate: number, lengthMs: number): Promise<readonly number[]> {
    const period = (SESSIONS / rate) * 1_000
    const latencies: number[] = []
    const start = performance.now()
    await Promise.all(
      [...this.#heads.keys()].map(async (key, index) => {
        let due = start + (period * index) / SESSIONS
        for (; due < start + lengthMs; due += period) {
          const early = due - performance.now()
          if (early > 0) await new Promise((resolve) => setTimeout(resolve, early))
          const from = early > 0 ? performance.now() : due
          await this.#append(key)
          latencies.push(performance.now() - from)
        }
      }),
    )
    return latencies
  }

  /** Commits a second. */
  async asFastAsItGoes(lengthMs: number): Promise<number> {
    const start = performance.now()
    let count = 0
    await Promise.all(
      [...this.#heads.keys()].map(async (key) => {
        for (; performance.now() < start + lengthMs; count += 1) await this.#append(key)
      }),
    )
    return (count * 1_000) / (performance.now() - start)
  }

  async #append(key: string): Promise<void> {
    const head = this.#heads.get(key)!
    const text = `{"type":"message.committed","seq":${head + 1},"text":"`
    const commit = `${text}${'x'.repeat(BYTES - text.length - 2)}"}`
    this.#heads.set(key, await this.#store.append(key, { head, commits: [commit], at: head + 1 }))
  }
}

function sessionOf(key: string) {
  return { key, session: key, agent: 'bench', principal: 'bench', metadata: {}, createdAt: 1 }
}
