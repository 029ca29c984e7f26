import type { Agent } from '@longwire/agent'
import type { Commit, Limits } from '@longwire/protocol'
import { createServer, type LongwireServer } from '@longwire/server'
import { type Append, MemoryStore, type SessionStore, StoreUnavailable } from '@longwire/store'
import { FragileHost } from './fragile-host.ts'
import type { Home, Line } from './person.ts'
import type { SkippedClock } from './skipped-clock.ts'

/** Where a server dies: around its `append`-th append, counted from 1, or around the first that holds such a commit. */
export interface Cut {
  readonly append: number | ((commit: Commit) => boolean)
  readonly when: 'before' | 'after'
}

export interface MortalOptions {
  /** Makes the agents of one life. They must do nothing more once it is over. */
  readonly agents: (life: Life) => readonly Agent[]
  readonly limits?: Partial<Limits>
  readonly clock?: SkippedClock
}

/** One server, from its start to its death. */
export class Life {
  readonly #over = new AbortController()
  appends = 0
  /** So many of the next appends are refused, as by a disk that is full. */
  refusals = 0

  /** Aborts when it is over. */
  get cut(): AbortSignal {
    return this.#over.signal
  }

  get isOver(): boolean {
    return this.cut.aborted
  }

  end(): void {
    this.#over.abort()
  }
}

/**
 * A server in this process whose log outlives it. It dies as a process does: from one moment on it stores nothing, hears
 * nothing and does nothing, and a new one is there. What was in memory is gone.
 */
export class MortalHome implements Home {
  readonly store = new MemoryStore()
  readonly #options: MortalOptions
  readonly #cuts: Cut[]
  readonly #gone: Promise<unknown>[] = []
  #server: Promise<LongwireServer>
  #life: Life
  #host: FragileHost | undefined
  lives = 0

  constructor(options: MortalOptions, cuts: readonly Cut[] = []) {
    this.#options = options
    this.#cuts = [...cuts]
    this.#life = new Life()
    this.#server = this.#begin()
  }

  get life(): Life {
    return this.#life
  }

  /** Who runs the agents, once the server is there. */
  get host(): FragileHost {
    return this.#host!
  }

  /** The server itself, for a test that stops it as an operator does. */
  get server(): Promise<LongwireServer> {
    return this.#server
  }

  async line(): Promise<Line> {
    for (;;) {
      const life = this.#life
      const { url } = await this.#server
      if (life === this.#life) return { url, cut: life.cut }
    }
  }

  /** The server dies here and now, and another one takes its place. */
  die(): void {
    if (this.#life.isOver) return
    const life = this.#life
    const dead = this.#server
    this.#life = new Life()
    life.end()
    this.#gone.push(dead.then((server) => server.stop(0)).catch(() => undefined))
    this.#server = this.#begin()
  }

  async close(): Promise<void> {
    await (await this.#server).stop(0)
    await Promise.all(this.#gone)
  }

  async #begin(): Promise<LongwireServer> {
    this.lives += 1
    const life = this.#life
    const { agents, limits = {}, clock } = this.#options
    const host = await FragileHost.open(agents(life), clock ? { clock } : {})
    if (life === this.#life) this.#host = host
    const data = mortal(this.store, life, this.#cuts.shift(), () => this.die())
    return createServer({ agents: host, data, port: 0, limits, ...(clock ? { clock } : {}) })
  }
}

/** The store as one life has it. */
function mortal(store: SessionStore, life: Life, cut: Cut | undefined, die: () => void): SessionStore {
  const alive = async <T>(ask: () => Promise<T>): Promise<T> => {
    if (life.isOver) throw new StoreUnavailable('closed', 'the process is dead')
    const answer = await ask()
    if (life.isOver) throw new StoreUnavailable('closed', 'the process is dead')
    return answer
  }
  const append = (key: string, commits: Append) =>
    alive(async () => {
      if (life.refusals > 0) {
        life.refusals -= 1
        throw new StoreUnavailable('full', 'there is no room')
      }
      life.appends += 1
      const isCut = cut !== undefined && isAt(cut, life, commits)
      if (isCut && cut.when === 'before') {
        die()
        return 0
      }
      const head = await store.append(key, commits)
      if (isCut) die()
      return head
    })
  return {
    append,
    create: (session, commits) => alive(() => store.create(session, commits)),
    load: (key) => alive(() => store.load(key)),
    read: (key, after, bound) => alive(() => store.read(key, after, bound)),
    saveCheckpoint: (key, checkpoint) => alive(() => store.saveCheckpoint(key, checkpoint)),
    loadCheckpoint: (key) => alive(() => store.loadCheckpoint(key)),
    list: (query) => alive(() => store.list(query)),
    due: (before, limit) => alive(() => store.due(before, limit)),
    erase: (key) => alive(() => store.erase(key)),
    close: async () => undefined,
  }
}

function isAt({ append }: Cut, life: Life, { commits }: Append): boolean {
  if (typeof append === 'number') return life.appends === append
  return commits.some((json) => append(JSON.parse(json) as Commit))
}
