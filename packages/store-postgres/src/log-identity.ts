import { randomBytes } from 'node:crypto'
import type { Engine, Row } from './engine.ts'
import type { StoreRow } from './migrate.ts'
import { troubleOf } from './trouble.ts'

/** Why every log has a new identity: acknowledged commits may be missing. */
export type Doubt = 'promoted' | 'replaced'

/** How the engine is asked for its history; an engine that only speaks like Postgres has none to tell. */
export interface HistorySql {
  readonly system: string
  readonly timeline: string
}

// A replica that is promoted begins a timeline, and so does a server that is restored to a moment. The first eight digits
// of the file that is written to are its number; everybody may ask for them, at each read of a record.
const POSTGRES: HistorySql = {
  system: '(SELECT system_identifier::text FROM pg_control_system())',
  timeline: 'substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)',
}
const TIMELINE_ONLY: HistorySql = { ...POSTGRES, system: `''` }
const UNTOLD: HistorySql = { system: `''`, timeline: `''` }

/** What of it this engine tells to this user. */
export async function historySqlOf(engine: Engine): Promise<HistorySql> {
  for (const sql of [POSTGRES, TIMELINE_ONLY]) {
    try {
      await engine.once('claim', { name: '', text: `SELECT ${sql.system} AS system, ${sql.timeline} AS timeline` }, [])
      return sql
    } catch (error) {
      if (troubleOf(error).kind === 'lost') throw error
    }
  }
  return UNTOLD
}

/**
 * Half of the identity of every log of the store: it changes when the database is not the one that commits were
 * acknowledged by, or goes on from an earlier moment of it.
 */
export class LogIdentity {
  readonly #engine: Engine
  readonly #schema: string
  readonly #sql: HistorySql
  #store: StoreRow
  #doubt: Doubt | undefined

  constructor(engine: Engine, schema: string, sql: HistorySql, store: StoreRow) {
    this.#engine = engine
    this.#schema = schema
    this.#sql = sql
    this.#store = store
  }

  /** Why it changed since this store was opened, or by the opening. */
  get renewed(): Doubt | undefined {
    return this.#doubt
  }

  get secret(): string {
    return this.#store.secret
  }

  of(log: string): string {
    return `${log}.${this.#store.generation}`
  }

  /** To be told each row that was read with its `timeline`, before `of` is asked. */
  async notice(row: Row | undefined): Promise<void> {
    if (row && row.timeline !== this.#store.timeline) await this.check()
  }

  /** Compares the database with the one that was written down, and writes down the one that is there. */
  async check(): Promise<void> {
    const { system, timeline } = this.#sql
    const before = this.#store
    // Written by whichever node comes first; the others find it done.
    await this.#ask(
      `UPDATE ${this.#schema}.store SET system = ${system}, timeline = ${timeline},
         generation = CASE WHEN system = '' AND timeline = '' THEN generation ELSE $1 END
       WHERE id = 1 AND (system <> ${system} OR timeline <> ${timeline})`,
      [randomBytes(9).toString('base64url')],
    )
    const [row] = await this.#ask(`SELECT version, generation, system, timeline, secret FROM ${this.#schema}.store`, [])
    if (!row) return
    this.#store = row as unknown as StoreRow
    if (this.#store.generation !== before.generation) {
      this.#doubt = this.#store.system === before.system ? 'promoted' : 'replaced'
    }
  }

  #ask(text: string, values: readonly unknown[]): Promise<readonly Row[]> {
    return this.#engine.ask(
      'claim',
      { name: text.startsWith('UPDATE') ? 'longwire_mark' : 'longwire_store', text },
      values,
    )
  }
}
