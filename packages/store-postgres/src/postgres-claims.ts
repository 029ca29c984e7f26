import { randomUUID } from 'node:crypto'
import type { BeatAnswer, Claimed, ClaimOutcome, NodeBeat, NodeRecord, Parting, SessionClaims } from '@longwire/store'
import { checkDue } from '@longwire/store/internal'
import { type ClaimStatements, claimStatements } from './claim-statements.ts'
import type { AskOptions, Engine, Row, Statement } from './engine.ts'
import type { LogIdentity } from './log-identity.ts'
import { digestOf } from './schema.ts'
import { recordOf } from './session-row.ts'

export interface PostgresClaimsOptions {
  readonly engine: Engine
  readonly schema: string
  readonly timeline: string
  readonly identity: LogIdentity
  /** Wraps what is asked: refuses where the store is closed, and lets closing wait for it. */
  readonly track: <T>(work: () => Promise<T>) => Promise<T>
}

/** A claim whose answer was lost is looked for this long: a statement does not take longer to come to its end. */
const STRAY_MS = 60_000
/** A database that is merely slow shall not be taken for one that is gone. */
const SHORTEST_ANSWER_MS = 1_000
/** Of so many uses of names one removes those that are over. */
const USES_TO_A_SWEEP = 100

/** Who runs which session, in the rows of the sessions and one row for each node. */
export class PostgresClaims implements SessionClaims {
  readonly #options: PostgresClaimsOptions
  readonly #statements: ClaimStatements
  /** Claims that nobody heard the answer of, by their ids, with the time they were made. */
  readonly #strays = new Map<string, number>()
  /** Nodes that said through this store that they live. */
  readonly #beaten = new Set<string>()
  #uses = 0

  constructor(options: PostgresClaimsOptions) {
    this.#options = options
    this.#statements = claimStatements(options.schema, options.timeline)
  }

  beat(beat: NodeBeat, leaseMs: number): Promise<BeatAnswer> {
    const { node, name, sessions, turns, lagMs, isDraining } = beat
    return this.#options.track(async () => {
      const values = [node, name, sessions, turns, lagMs, isDraining, leaseMs]
      // No longer than the lease: a node that is cut off has to know. And on a line that died the beat is not waited for
      // until it is too late for another.
      const answerMs = Math.max(leaseMs / 3, SHORTEST_ANSWER_MS)
      const [row] = await this.#ask(this.#statements.beat, values, { patienceMs: leaseMs, answerMs })
      const wasDead = row!.was_alive === null ? this.#beaten.has(node) : row!.was_alive === false
      this.#beaten.add(node)
      return { lapsed: wasDead, drain: row!.is_asked === true, now: row!.now as number }
    })
  }

  leave(node: string): Promise<void> {
    return this.#options.track(async () => {
      await this.#ask(this.#statements.leave, [node])
    })
  }

  nodes(): Promise<readonly NodeRecord[]> {
    return this.#options.track(async () => (await this.#ask(this.#statements.nodes, [])).map(nodeOf))
  }

  drain(name: string, isDraining: boolean): Promise<boolean> {
    return this.#options.track(async () => (await this.#ask(this.#statements.drain, [name, isDraining])).length > 0)
  }

  claim(key: string, node: string): Promise<ClaimOutcome | undefined> {
    return this.#options.track(async () => {
      for (;;) {
        const [claimed] = await this.#claiming(this.#statements.claim, (id) => [digestOf(key), node, id])
        if (claimed) return { kind: 'claimed', ...claimed }
        const [there] = await this.#ask(this.#statements.owner, [digestOf(key)])
        if (!there) return undefined
        if (there.name !== null) return { kind: 'owned', node: there.owner as string, name: there.name as string }
        // It was given up, or its owner died, between the two questions.
      }
    })
  }

  release(key: string, node: string, epoch: number, parting: Parting): Promise<void> {
    return this.#options.track(async () => {
      await this.#ask(this.#statements.release, [digestOf(key), node, epoch, parting === 'rests'])
    })
  }

  adopt(node: string, limit: number): Promise<readonly Claimed[]> {
    checkDue(0, limit)
    return this.#options.track(() => {
      const strays = this.#straysNow()
      return this.#claiming(this.#statements.adopt, (id) => [node, limit, id, strays])
    })
  }

  due(node: string, before: number, limit: number): Promise<readonly string[]> {
    checkDue(before, limit)
    return this.#options.track(async () => {
      const rows = await this.#ask(this.#statements.due, [node, before, limit])
      return rows.map((row) => row.key as string)
    })
  }

  secret(): Promise<string> {
    return this.#options.track(async () => this.#options.identity.secret)
  }

  useOnce(name: string, keepMs: number): Promise<boolean> {
    return this.#options.track(async () => {
      if (this.#uses++ % USES_TO_A_SWEEP === 0) await this.#ask(this.#statements.forgetUsed, [])
      return (await this.#ask(this.#statements.useOnce, [digestOf(name), keepMs])).length > 0
    })
  }

  /**
   * Claims under an id of its own. Where no answer comes the id is kept, and the next `adopt` takes what it claimed: else
   * this node would own sessions and not know it.
   */
  async #claiming(statement: Statement, values: (id: string) => readonly unknown[]): Promise<readonly Claimed[]> {
    const id = randomUUID()
    try {
      const rows = await this.#ask(statement, values(id))
      await this.#options.identity.notice(rows[0])
      return rows.map((row) => ({ record: recordOf(row, this.#options.identity), epoch: row.epoch as number }))
    } catch (error) {
      this.#strays.set(id, performance.now())
      throw error
    }
  }

  #straysNow(): readonly string[] {
    const now = performance.now()
    for (const [id, at] of this.#strays) if (at < now - STRAY_MS) this.#strays.delete(id)
    return [...this.#strays.keys()]
  }

  #ask(statement: Statement, values: readonly unknown[], options?: AskOptions): Promise<readonly Row[]> {
    return this.#options.engine.ask('claim', statement, values, options)
  }
}

function nodeOf(row: Row): NodeRecord {
  return {
    node: row.node as string,
    name: row.name as string,
    isAlive: row.is_alive as boolean,
    isDraining: row.is_draining as boolean,
    sessions: row.sessions as number,
    turns: row.turns as number,
    lagMs: row.lag_ms as number,
    startedAt: row.started_at as number,
    seenAt: row.seen_at as number,
  }
}
