import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Commit } from '@longwire/protocol'
import { PostgresStore } from '@longwire/store-postgres'
import type { Note } from '../durable/journey.ts'
import { NatsProcess } from '../nats-process/nats-process.ts'
import { PostgresProcess } from '../postgres-process/postgres-process.ts'
import type { Dice } from './dice.ts'
import { FaultProxy } from './fault-proxy.ts'
import { NodeProcess } from './node-process.ts'
import type { StormHome } from './storm-home.ts'

interface Place {
  readonly name: string
  readonly skewMs: number
  readonly toStore: FaultProxy
  readonly toBus: FaultProxy
  readonly front: FaultProxy
  node: NodeProcess | undefined
}

export interface ProcessHomeOptions {
  readonly nodes: number
  /** How far the clock of each node is ahead, in turn. */
  readonly skewMs?: readonly number[]
}

const AGENT = fileURLToPath(new URL('../durable/agents/noting-traveller.ts', import.meta.url))

/** A real Postgres, a real NATS and nodes as processes, with a line of its own from each node to each of them. */
export class ProcessHome implements StormHome {
  readonly #dice: Dice
  readonly #folder = mkdtempSync(join(tmpdir(), 'longwire-cluster-'))
  readonly #postgres: PostgresProcess
  readonly #nats: NatsProcess
  readonly #places: Place[] = []
  /** Every node that was ever started, in the order of their starts. */
  readonly #started: NodeProcess[] = []
  readonly #mending = new Set<Promise<void>>()
  readonly #isDown = new Set<object>()
  #store: PostgresStore | undefined
  #isCalm = false

  static async start(dice: Dice, options: ProcessHomeOptions): Promise<ProcessHome> {
    const [postgres, nats] = await Promise.all([PostgresProcess.start(), NatsProcess.start()])
    const home = new ProcessHome(dice, postgres, nats)
    home.#store = await PostgresStore.open({ url: postgres.url() })
    const names = ['a', 'b', 'c', 'd', 'e'].slice(0, options.nodes)
    await Promise.all(names.map((name, n) => home.#begin(name, options.skewMs?.[n] ?? 0)))
    return home
  }

  private constructor(dice: Dice, postgres: PostgresProcess, nats: NatsProcess) {
    this.#dice = dice
    this.#postgres = postgres
    this.#nats = nats
  }

  get urls(): readonly string[] {
    return this.#places.map(({ front }) => `http://127.0.0.1:${front.port}`)
  }

  get nodes(): readonly (NodeProcess | undefined)[] {
    return this.#places.map(({ node }) => node)
  }

  readonly faults = {
    kill: async () => {
      const place = this.#somewhere()
      const { node } = place
      if (!node) return
      place.node = undefined
      await node.kill()
      this.#mend(this.#dice.whole(100, 2_000), () => this.#startAt(place))
    },
    stop: async () => {
      const place = this.#somewhere()
      const { node } = place
      if (!node) return
      place.node = undefined
      this.#mend(0, async () => {
        node.thaw()
        await node.stop()
        await this.#startAt(place)
      })
    },
    freeze: async () => {
      const { node } = this.#somewhere()
      node?.freeze()
      this.#mend(this.#dice.whole(500, 6_000), async () => node?.thaw())
    },
    'cut from Postgres': async () => this.#cut(this.#somewhere().toStore, this.#dice.whole(300, 6_000)),
    'cut from NATS': async () => this.#cut(this.#somewhere().toBus, this.#dice.whole(300, 6_000)),
    'cut from clients': async () => this.#cut(this.#somewhere().front, this.#dice.whole(300, 3_000)),
    'kill Postgres': () => this.#down(this.#postgres, this.#dice.whole(0, 1_500)),
    'kill NATS': () => this.#down(this.#nats, this.#dice.whole(0, 4_000)),
  }

  async calm(): Promise<void> {
    this.#isCalm = true
    while (this.#mending.size > 0) await Promise.all(this.#mending)
  }

  async log(session: string): Promise<readonly Commit[]> {
    const stored = await this.#store!.read(session, 0, { limit: 10_000, bytes: 100_000_000 })
    return stored.map(({ json }) => JSON.parse(json) as Commit)
  }

  notes(): readonly Note[] {
    const lines = existsSync(this.#notes) ? readFileSync(this.#notes, 'utf8').split('\n') : []
    return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Note)
  }

  /** Writes what the nodes said of themselves, and the logs of these sessions, into a file that outlives the cluster. */
  async keepTraces(seed: number, sessions: readonly string[]): Promise<string> {
    const file = join(mkdtempSync(join(tmpdir(), 'longwire-storm-')), `${seed}.txt`)
    const logs = await Promise.all(sessions.map((session) => this.log(session)))
    const nodes = await this.#store!.claims.nodes()
    const parts = [
      ...this.#started.map(({ name, pid, log }) => `node ${name}, process ${pid}\n${log.join('\n')}`),
      JSON.stringify(nodes, null, 2),
      ...sessions.map((session, n) => `${session}\n${logs[n]!.map((commit) => JSON.stringify(commit)).join('\n')}`),
    ]
    writeFileSync(file, parts.join('\n\n'))
    return file
  }

  async close(): Promise<void> {
    await this.calm()
    await Promise.all(this.#places.map(({ node }) => node?.kill()))
    for (const { toStore, toBus, front } of this.#places) for (const proxy of [toStore, toBus, front]) proxy.close()
    await this.#store?.close()
    await Promise.all([this.#postgres.close(), this.#nats.close()])
    rmSync(this.#folder, { recursive: true, force: true })
  }

  get #notes(): string {
    return join(this.#folder, 'notes')
  }

  #somewhere(): Place {
    return this.#dice.of(this.#places)
  }

  async #begin(name: string, skewMs: number): Promise<void> {
    const postgresPort = Number(new URL(this.#postgres.url()).port)
    const place: Place = {
      name,
      skewMs,
      toStore: await FaultProxy.to(() => postgresPort),
      toBus: await FaultProxy.to(() => this.#nats.port),
      front: await FaultProxy.to(() => place.node?.port ?? 1),
      node: undefined,
    }
    this.#places.push(place)
    await this.#startAt(place)
  }

  async #startAt(place: Place): Promise<void> {
    const { name, skewMs, toStore, toBus } = place
    const store = this.#postgres.url({ port: toStore.port })
    const bus = this.#nats.url(toBus.port)
    const env = { TRAVELLER_NOTES: this.#notes, TRAVELLER_AHEAD_MS: String(skewMs) }
    // What it begins with may be gone at this moment: whatever starts it starts it again.
    for (;;) {
      try {
        place.node = await NodeProcess.start({ name, store, bus, agents: [AGENT], env, skewMs })
        this.#started.push(place.node)
        return
      } catch (error) {
        if (this.#isCalm && this.#mending.size === 0) throw error
        await pause(200)
      }
    }
  }

  /** Kills one of the two that all nodes need, unless it is dead already, and starts it again later. */
  async #down(engine: PostgresProcess | NatsProcess, ms: number): Promise<void> {
    if (this.#isDown.has(engine)) return
    this.#isDown.add(engine)
    await engine.kill()
    this.#mend(ms, async () => {
      await engine.start()
      this.#isDown.delete(engine)
    })
  }

  async #cut(proxy: FaultProxy, ms: number): Promise<void> {
    if (this.#dice.isOne(2)) proxy.cut()
    else proxy.hang()
    this.#mend(ms, async () => proxy.heal())
  }

  #mend(afterMs: number, mend: () => Promise<unknown>): void {
    const mending = pause(afterMs)
      .then(mend)
      .then(() => {
        this.#mending.delete(mending)
      })
    this.#mending.add(mending)
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
