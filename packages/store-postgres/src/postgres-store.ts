import { randomBytes, randomUUID } from 'node:crypto'
import {
  type Append,
  type Checkpoint,
  type NewSession,
  type Page,
  type ReadBound,
  type SessionClaims,
  type SessionQuery,
  type SessionRecord,
  type SessionStore,
  type StoredCommit,
  StoreUnavailable,
} from '@longwire/store'
import {
  CommitPage,
  checkAppend,
  checkCheckpoint,
  checkDue,
  checkNewSession,
  checkQuery,
  checkRead,
  parseCursor,
  printCursor,
} from '@longwire/store/internal'
import type { Engine, Row } from './engine.ts'
import { type Doubt, historySqlOf, LogIdentity } from './log-identity.ts'
import { LogWriter } from './log-writer.ts'
import { migrate } from './migrate.ts'
import { openEngine } from './open-engine.ts'
import type { PostgresStoreOptions, Settings } from './options.ts'
import { PostgresClaims } from './postgres-claims.ts'
import { type ReadStatements, readStatements } from './read-statements.ts'
import { digestOf } from './schema.ts'
import { recordOf } from './session-row.ts'
import { Sweep } from './sweep.ts'
import { WriteLanes } from './write-lanes.ts'
import { bytesOf, type Work } from './write-queue.ts'
import { writeStatements } from './write-statements.ts'

interface Parts {
  readonly engine: Engine
  readonly settings: Settings
  readonly notes: readonly string[]
  readonly identity: LogIdentity
  readonly timeline: string
}

/**
 * Sessions in PostgreSQL, for any number of nodes. What is acknowledged is as safe as the database makes it; a session that
 * nobody uses is some rows there, and nothing here.
 */
export class PostgresStore implements SessionStore {
  readonly claims: SessionClaims
  /** What an operator should know of this database, a sentence each. */
  readonly notes: readonly string[]
  readonly #engine: Engine
  readonly #identity: LogIdentity
  readonly #lanes: WriteLanes
  readonly #read: ReadStatements
  readonly #sweep: Sweep
  readonly #patienceMs: number
  readonly #underWay = new Set<Promise<unknown>>()
  #closed: Promise<void> | undefined

  /** Rejects with `StoreUnavailable`, which says what was found and what to do. */
  static async open(options: PostgresStoreOptions): Promise<PostgresStore> {
    const { engine, settings, notes } = await openEngine(options)
    try {
      const store = await migrate(engine, settings.schema, settings.patienceMs)
      const history = await historySqlOf(engine)
      const identity = new LogIdentity(engine, settings.schema, history, store)
      await identity.check()
      return new PostgresStore({ engine, settings, notes, identity, timeline: history.timeline })
    } catch (cause) {
      await engine.close()
      throw cause
    }
  }

  private constructor({ engine, settings, notes, identity, timeline }: Parts) {
    const { schema, patienceMs, writeConnections } = settings
    this.notes = notes
    this.#engine = engine
    this.#identity = identity
    this.#patienceMs = patienceMs
    this.#read = readStatements(schema, timeline)
    const writer = new LogWriter(engine, writeStatements(schema, timeline), identity)
    this.#lanes = new WriteLanes({ lanes: writeConnections, write: (taken) => writer.write(taken) })
    this.#sweep = new Sweep(engine, schema)
    this.#sweep.start()
    this.claims = new PostgresClaims({ engine, schema, timeline, identity, track: (work) => this.#track(work) })
  }

  /** Why every `log` is a new one since this opening: acknowledged commits may be missing. Undefined when none can be. */
  get renewed(): Doubt | undefined {
    return this.#identity.renewed
  }

  async create(session: NewSession, commits: readonly string[]): Promise<SessionRecord> {
    this.#assertOpen()
    checkNewSession(session, commits)
    const { key, session: id, agent, principal, command, summary, createdAt, wakeAt, owner } = session
    const log = randomBytes(9).toString('base64url')
    // Copied, because it leaves later than this call.
    const metadata = structuredClone(session.metadata)
    const copied = { session: { ...session, metadata }, commits: [...commits] }
    const head = await this.#write({ kind: 'create', key, ...copied, log, appendId: randomUUID() }, bytesOf(commits))
    return {
      ...{ key, session: id, agent, principal, metadata, summary, command },
      ...{ head, status: 'idle', log: this.#identity.of(log), createdAt, updatedAt: createdAt, wakeAt },
      ...(owner === undefined ? {} : { epoch: 1, owner }),
    }
  }

  async load(key: string): Promise<SessionRecord | undefined> {
    return this.#track(async () => {
      const [row] = await this.#engine.ask('read', this.#read.load, [digestOf(key)])
      if (!row) return undefined
      await this.#identity.notice(row)
      return recordOf(row, this.#identity)
    })
  }

  async append(key: string, append: Append): Promise<number> {
    this.#assertOpen()
    checkAppend(key, append)
    const { commits, metadata } = append
    const copied = { ...append, commits: [...commits], metadata: structuredClone(metadata) }
    return this.#write({ kind: 'append', key, append: copied, appendId: randomUUID() }, bytesOf(commits))
  }

  async read(key: string, after: number, bound: ReadBound): Promise<readonly StoredCommit[]> {
    return this.#track(async () => {
      checkRead(after, bound)
      const rows = await this.#engine.ask('read', this.#read.read, [digestOf(key), after, bound.limit, bound.bytes])
      return pageOf(rows, after, bound)
    })
  }

  async saveCheckpoint(key: string, checkpoint: Checkpoint): Promise<void> {
    return this.#track(async () => {
      checkCheckpoint(key, checkpoint)
      const { seq, json } = checkpoint
      await this.#engine.ask('read', this.#read.saveCheckpoint, [digestOf(key), seq, json])
    })
  }

  async loadCheckpoint(key: string): Promise<Checkpoint | undefined> {
    return this.#track(async () => {
      const [row] = await this.#engine.ask('read', this.#read.loadCheckpoint, [digestOf(key)])
      return row && { seq: row.seq as number, json: row.json as string }
    })
  }

  async list(query: SessionQuery): Promise<Page<SessionRecord>> {
    return this.#track(async () => {
      checkQuery(query)
      if (query.cursor !== undefined) parseCursor(query.cursor)
      // The engine takes no NUL, and no session has one.
      if ([query.principal, query.agent, query.command].some((name) => name?.includes('\0'))) return { items: [] }
      const { values, ...statement } = this.#read.list(query)
      const found = await this.#engine.ask('read', statement, values)
      await this.#identity.notice(found[0])
      const rows = found.slice(0, query.limit)
      const last = rows.at(-1)
      const isMore = last !== undefined && found.length > rows.length
      const cursor = isMore
        ? printCursor({ createdAt: last.created_at as number, ordinal: last.id as number })
        : undefined
      return { items: rows.map((row) => recordOf(row, this.#identity)), cursor }
    })
  }

  async due(before: number, limit: number): Promise<readonly string[]> {
    return this.#track(async () => {
      checkDue(before, limit)
      const rows = await this.#engine.ask('read', this.#read.due, [before, limit])
      return rows.map((row) => row.key as string)
    })
  }

  async erase(key: string): Promise<void> {
    this.#assertOpen()
    await this.#write({ kind: 'erase', key }, 0)
    this.#sweep.start()
  }

  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  async #close(): Promise<void> {
    await Promise.all([this.#lanes.settled(), ...this.#underWay].map((work) => work.catch(() => {})))
    await this.#sweep.close()
    await this.#engine.close()
  }

  #write(work: Work, bytes: number): Promise<number> {
    return new Promise((resolve, reject) => {
      const deadline = performance.now() + this.#patienceMs
      const digest = digestOf(work.key)
      this.#lanes.add({ work, digest, bytes, deadline, resolve, reject, isUnsure: false, isAlone: false })
    })
  }

  async #track<T>(work: () => Promise<T>): Promise<T> {
    this.#assertOpen()
    const done = work()
    this.#underWay.add(done)
    try {
      return await done
    } finally {
      this.#underWay.delete(done)
    }
  }

  #assertOpen(): void {
    if (this.#closed) throw new StoreUnavailable('closed', 'the store is closed')
  }
}

/** The commits after a place out of the records that hold them; the first of them may begin before it. */
function pageOf(rows: readonly Row[], after: number, bound: ReadBound): readonly StoredCommit[] {
  const page = new CommitPage(bound)
  for (const row of rows) {
    const lines = (row.lines as string).split('\n')
    const before = (row.last as number) - lines.length
    for (const [index, json] of lines.entries()) {
      const seq = before + index + 1
      if (seq > after && !page.add(seq, json)) return page.commits
    }
  }
  return page.commits
}
