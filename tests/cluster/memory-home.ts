import type { Commit } from '@longwire/protocol'
import { createServer, type LongwireServer } from '@longwire/server'
import { LocalBus, MemoryStore, type SessionStore, StoreUnavailable } from '@longwire/store'
import { traveller } from '../durable/agents/traveller.ts'
import { FragileHost } from '../durable/fragile-host.ts'
import type { Note } from '../durable/journey.ts'
import type { Dice } from './dice.ts'
import type { StormHome } from './storm-home.ts'

interface Node {
  readonly name: string
  readonly server: LongwireServer
  readonly host: FragileHost
  readonly state: { isDead: boolean; isCutFromStore: boolean; isCutFromBus: boolean }
}

const NAMES = ['a', 'b', 'c']
const TIMES = { leaseMs: 1_200, beatMs: 200, marginMs: 400, sweepMs: 120, followMs: 250, actMs: 800, watchMs: 300 }

/** Several nodes in this process, on a store in memory and a bus that loses, delays and repeats. */
export class MemoryHome implements StormHome {
  readonly #store = new MemoryStore()
  readonly #dice: Dice
  readonly #notes: Note[] = []
  readonly #bus: LocalBus
  readonly #nodes = new Map<string, Node>()
  readonly #gone: Promise<unknown>[] = []
  #isCalm = false

  static async start(dice: Dice): Promise<MemoryHome> {
    const home = new MemoryHome(dice)
    for (const name of NAMES) await home.#start(name)
    return home
  }

  private constructor(dice: Dice) {
    this.#dice = dice
    this.#bus = new LocalBus({ carry: (from, to) => this.#carry(from, to) })
  }

  get urls(): readonly string[] {
    return [...this.#nodes.values()].map(({ server }) => server.url)
  }

  readonly faults = {
    kill: () => this.#kill(this.#dice.of(NAMES)),
    stop: () => this.#stop(this.#dice.of(NAMES)),
    'cut from store': () => this.#cut('isCutFromStore', this.#dice.whole(100, 2_200)),
    'cut from bus': () => this.#cut('isCutFromBus', this.#dice.whole(100, 2_200)),
    'cut from both': async () => {
      const name = this.#dice.of(NAMES)
      const ms = this.#dice.whole(100, 2_200)
      await Promise.all([this.#cut('isCutFromStore', ms, name), this.#cut('isCutFromBus', ms, name)])
    },
    'lose all workers': async () => this.#nodes.get(this.#dice.of(NAMES))!.host.crash('agent_crashed'),
    drain: async () => {
      const name = this.#dice.of(NAMES)
      await this.#store.claims.drain(name, true)
      setTimeout(() => void this.#store.claims.drain(name, false), this.#dice.whole(100, 1_500))
    },
  }

  async calm(): Promise<void> {
    this.#isCalm = true
    for (const { name, state } of this.#nodes.values()) {
      state.isCutFromStore = false
      state.isCutFromBus = false
      await this.#store.claims.drain(name, false)
    }
  }

  async log(session: string): Promise<readonly Commit[]> {
    const stored = await this.#store.read(session, 0, { limit: 100_000, bytes: 1_000_000_000 })
    return stored.map(({ json }) => JSON.parse(json) as Commit)
  }

  notes(): readonly Note[] {
    return this.#notes
  }

  async close(): Promise<void> {
    await Promise.all([...this.#nodes.values()].map(({ server }) => server.stop(0)))
    await Promise.all(this.#gone)
  }

  async #start(name: string): Promise<void> {
    const state = { isDead: false, isCutFromStore: false, isCutFromBus: false }
    const note = (line: string) => {
      if (!state.isDead) this.#notes.push(JSON.parse(line) as Note)
    }
    const host = await FragileHost.open([traveller(note, 3)])
    const server = await createServer({
      agents: host,
      data: this.#reached(state),
      port: 0,
      limits: { parkMs: 60, fruitlessAttempts: 1_000, turnAttempts: 1_000 },
      cluster: { name, bus: this.#bus.join(name), times: TIMES },
    })
    this.#nodes.set(name, { name, server, host, state })
  }

  /** From one moment on it stores nothing, hears nothing and does nothing, and another one takes its name. */
  async #kill(name: string): Promise<void> {
    const { state, server } = this.#nodes.get(name)!
    state.isDead = true
    this.#gone.push(server.stop(0).catch(() => undefined))
    await this.#start(name)
  }

  async #stop(name: string): Promise<void> {
    const { server } = this.#nodes.get(name)!
    const stopped = server.stop(1_000)
    this.#gone.push(stopped)
    await this.#start(name)
  }

  async #cut(what: 'isCutFromStore' | 'isCutFromBus', ms: number, name = this.#dice.of(NAMES)): Promise<void> {
    const { state } = this.#nodes.get(name)!
    state[what] = true
    setTimeout(() => {
      state[what] = false
    }, ms)
  }

  #carry(from: string, to: string): readonly number[] {
    const ends = [from, to].map((name) => this.#nodes.get(name)?.state)
    if (ends.some((state) => state?.isDead || state?.isCutFromBus)) return []
    if (this.#isCalm || from === to) return [0]
    const fate = this.#dice.next()
    if (fate < 0.04) return []
    if (fate < 0.08) return [this.#dice.whole(1, 200)]
    return fate < 0.1 ? [0, this.#dice.whole(0, 50)] : [0]
  }

  /** The store as one node has it. What it asks while it is cut off is lost, or done and its answer lost. */
  #reached(state: Node['state']): SessionStore {
    const through = <T extends object>(target: T): T =>
      new Proxy(target, {
        get: (_, name) => {
          const value = Reflect.get(target, name, target)
          if (name === 'claims') return through(value as object)
          if (typeof value !== 'function') return value
          if (name === 'close') return async () => {}
          return (...args: unknown[]) => this.#ask(state, String(name), () => Reflect.apply(value, target, args))
        },
      })
    return through(this.#store as SessionStore & object)
  }

  async #ask(state: Node['state'], name: string, ask: () => Promise<unknown>): Promise<unknown> {
    const isCut = () => state.isDead || state.isCutFromStore
    const isLost = name === 'append' || name === 'create'
    if (isCut() && !(isLost && !state.isDead && this.#dice.isOne(4))) {
      throw new StoreUnavailable('unavailable', 'cut off by the storm')
    }
    await new Promise((resolve) => setTimeout(resolve, this.#isCalm ? 0 : this.#dice.whole(0, 2)))
    if (state.isDead) throw new StoreUnavailable('unavailable', 'it is dead')
    const answer = await ask()
    if (isCut()) throw new StoreUnavailable(isLost ? 'unknown' : 'unavailable', 'the answer was lost in the storm')
    return answer
  }
}
