import { StoreUnavailable } from '@longwire/store'
import { type ClientConfig, Pool, type PoolClient, types } from 'pg'
import type { Settings } from './options.ts'
import { NotConnected, type Trouble, troubleOf } from './trouble.ts'

/** A statement with its parameters as `$1`, `$2` …. */
export interface Statement {
  /** Under which a connection keeps it prepared. */
  readonly name: string
  readonly text: string
}

export type Row = Readonly<Record<string, unknown>>

/** What a connection is for: so that a beat waits for no read, and an append for neither. */
export type Errand = 'write' | 'read' | 'claim'

export interface EngineOptions {
  readonly connection: ClientConfig
  readonly settings: Settings
  /** A connection is the same one from statement to statement: no pooler is between that changes it. */
  readonly isDirect: boolean
}

export interface AskOptions {
  /** For all tries together. */
  readonly patienceMs?: number
  /** How long one try may take, where that is less than a statement usually may. */
  readonly answerMs?: number
}

const FIRST_PAUSE_MS = 25
const LONGEST_PAUSE_MS = 1_000
const KEEP_ALIVE_MS = 30_000
/** Making a connection anew costs more than a commit: those that are there stay for a while. */
const IDLE_MS = 600_000
const INT8 = 20

/** Whole numbers of eight bytes as numbers: what is kept in them is counted, or milliseconds, and far from 2^53. */
const getTypeParser = ((oid: number, format?: 'text') =>
  oid === INT8 ? Number : types.getTypeParser(oid, format)) as typeof types.getTypeParser

/** The connections to the database, and what to do when they break. */
export class Engine {
  readonly #pools: Readonly<Record<Errand, Pool>>
  readonly #patienceMs: number
  readonly #isDirect: boolean

  constructor({ connection, settings, isDirect }: EngineOptions) {
    const { patienceMs, statementMs, writeConnections, readConnections, claimConnections } = settings
    const poolOf = (max: number) => {
      const pool = new Pool({
        ...connection,
        max,
        types: { getTypeParser },
        keepAlive: true,
        application_name: 'longwire',
        connectionTimeoutMillis: statementMs,
        query_timeout: statementMs,
        keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
        idleTimeoutMillis: IDLE_MS,
        // The engine gives up as well: what nobody waits for any more shall hold no lock.
        ...(isDirect ? { statement_timeout: statementMs } : {}),
      })
      // What breaks is told to whoever asks, and the connection is gone from the pool; told as an event as well, it would
      // end the process.
      pool.on('error', () => {})
      pool.on('connect', (client) => client.on('error', () => {}))
      return pool
    }
    this.#pools = { write: poolOf(writeConnections), read: poolOf(readConnections), claim: poolOf(claimConnections) }
    this.#patienceMs = patienceMs
    this.#isDirect = isDirect
  }

  /** One try. Throws what `pg` throws, or `NotConnected`. */
  async once(
    errand: Errand,
    { name, text }: Statement,
    values: readonly unknown[],
    answerMs?: number,
  ): Promise<readonly Row[]> {
    const client = await this.#connect(errand)
    let broken = false
    try {
      const query = { text, values: [...values], ...(this.#isDirect ? { name } : {}), query_timeout: answerMs }
      const { rows } = await client.query(query)
      return rows
    } catch (error) {
      const trouble = troubleOf(error)
      broken = trouble.kind === 'lost' && trouble.isCut
      throw error
    } finally {
      client.release(broken)
    }
  }

  /** For what may be asked twice: tries again while the engine is away, as long as the patience lasts. */
  async ask(
    errand: Errand,
    statement: Statement,
    values: readonly unknown[],
    { patienceMs = this.#patienceMs, answerMs }: AskOptions = {},
  ): Promise<readonly Row[]> {
    const deadline = performance.now() + patienceMs
    for (let failures = 1; ; failures += 1) {
      try {
        return await this.once(errand, statement, values, answerMs)
      } catch (error) {
        const trouble = troubleOf(error)
        const pause = pauseAfter(failures)
        if (trouble.kind === 'refused' || performance.now() + pause > deadline) throw unavailable(trouble, error)
        await delay(pause)
      }
    }
  }

  /** A few statements in one transaction, on one connection; tried once. */
  async transaction(
    work: (query: (sql: string, values?: unknown[]) => Promise<readonly Row[]>) => Promise<void>,
  ): Promise<void> {
    const client = await this.#connect('claim')
    let broken = true
    try {
      await client.query('BEGIN')
      await work(async (sql, values = []) => (await client.query(sql, values)).rows)
      await client.query('COMMIT')
      broken = false
    } finally {
      // Closing the connection rolls back whatever it had begun.
      client.release(broken)
    }
  }

  async close(): Promise<void> {
    await Promise.all(Object.values(this.#pools).map((pool) => pool.end()))
  }

  async #connect(errand: Errand): Promise<PoolClient> {
    try {
      return await this.#pools[errand].connect()
    } catch (cause) {
      throw new NotConnected('no connection to the database', { cause })
    }
  }
}

export function pauseAfter(failures: number): number {
  return Math.min(FIRST_PAUSE_MS * 2 ** (failures - 1), LONGEST_PAUSE_MS)
}

/** What the caller of the store is told, when it was not done or only read. */
export function unavailable(trouble: Trouble, cause: unknown): StoreUnavailable {
  const fault = trouble.kind === 'refused' ? trouble.fault : 'unavailable'
  return new StoreUnavailable(fault, `the log cannot be used: ${trouble.says}`, { cause })
}

export function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
