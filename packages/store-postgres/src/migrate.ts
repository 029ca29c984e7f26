import { randomBytes } from 'node:crypto'
import { StoreUnavailable } from '@longwire/store'
import { delay, type Engine, pauseAfter, type Row, unavailable } from './engine.ts'
import { MIGRATIONS } from './schema.ts'
import { codeOf, troubleOf } from './trouble.ts'

/** What the table `store` says of the whole store. */
export interface StoreRow {
  readonly version: number
  /** Half of the identity of every log. */
  readonly generation: string
  /** The cluster of databases, and its history, that the generation is of; empty where the engine does not tell. */
  readonly system: string
  readonly timeline: string
  /** What all nodes share. */
  readonly secret: string
}

/** "LWlg", for the lock that migrations are under. */
const LOCK = 0x4c576c67
const UNDEFINED_FUNCTION = '42883'
const NOT_THERE = ['42P01', '3F000']
/** Another node makes the same at this moment, where no lock keeps it from it. */
const MADE_MEANWHILE = ['23505', '42P06', '42P07', '42710']

/** Brings the schema to the present version. Rejects with `newer` where it is past that, and then touches nothing. */
export async function migrate(engine: Engine, schema: string, patienceMs: number): Promise<StoreRow> {
  const deadline = performance.now() + patienceMs
  for (let failures = 1; ; failures += 1) {
    try {
      const found = await readStore(engine, schema)
      if (found && found.version > MIGRATIONS.length) throw newer(schema, found.version)
      if (found?.version === MIGRATIONS.length) return found
      await takeSteps(engine, schema)
    } catch (error) {
      if (error instanceof StoreUnavailable) throw error
      const trouble = troubleOf(error)
      const pause = pauseAfter(failures)
      const isOver = trouble.kind === 'refused' && !MADE_MEANWHILE.includes(codeOf(error))
      if (isOver || performance.now() + pause > deadline) throw unavailable(trouble, error)
      await delay(pause)
    }
  }
}

/** Undefined where there is none. */
async function readStore(engine: Engine, schema: string): Promise<StoreRow | undefined> {
  try {
    const text = `SELECT version, generation, system, timeline, secret FROM ${schema}.store WHERE id = 1`
    const [row] = await engine.once('claim', { name: 'store', text }, [])
    return row as unknown as StoreRow | undefined
  } catch (error) {
    if (NOT_THERE.includes(codeOf(error))) return undefined
    throw error
  }
}

async function takeSteps(engine: Engine, schema: string): Promise<void> {
  try {
    await engine.transaction((query) => stepsUnder(query, schema, true))
  } catch (error) {
    // Engines that only speak like Postgres may have no such lock: there the row of the version is what is held.
    if (codeOf(error) !== UNDEFINED_FUNCTION) throw error
    await engine.transaction((query) => stepsUnder(query, schema, false))
  }
}

type Query = (sql: string, values?: unknown[]) => Promise<readonly Row[]>

async function stepsUnder(query: Query, schema: string, hasLocks: boolean): Promise<void> {
  // Of the transaction, not of the session: it also holds behind a pooler.
  if (hasLocks) await query('SELECT pg_advisory_xact_lock($1, hashtext($2))', [LOCK, schema])
  const [there] = await query('SELECT 1 AS there FROM information_schema.schemata WHERE schema_name = $1', [schema])
  if (!there) await query(`CREATE SCHEMA ${schema}`)
  await query(`CREATE TABLE IF NOT EXISTS ${schema}.store (
    id int4 PRIMARY KEY CHECK (id = 1), version int4 NOT NULL, generation text NOT NULL,
    system text NOT NULL, timeline text NOT NULL, secret text NOT NULL)`)
  await query(
    `INSERT INTO ${schema}.store (id, version, generation, system, timeline, secret) VALUES (1, 0, $1, '', '', $2)
     ON CONFLICT (id) DO NOTHING`,
    [randomBytes(9).toString('base64url'), randomBytes(32).toString('base64url')],
  )
  const [row] = await query(`SELECT version FROM ${schema}.store WHERE id = 1 FOR UPDATE`)
  const version = row!.version as number
  if (version >= MIGRATIONS.length) return
  for (const step of MIGRATIONS.slice(version)) for (const sql of step(schema)) await query(sql)
  await query(`UPDATE ${schema}.store SET version = $1 WHERE id = 1`, [MIGRATIONS.length])
}

function newer(schema: string, version: number): StoreUnavailable {
  return new StoreUnavailable(
    'newer',
    `schema ${schema} has version ${version} of the log, and this Longwire knows versions up to ${MIGRATIONS.length}: ` +
      'run the newer Longwire that wrote it, or use another schema',
  )
}
