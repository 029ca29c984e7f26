import { randomUUID } from 'node:crypto'
import { checkAppend, checkCheckpoint, checkDue, checkNewSession, checkQuery, checkRead } from './bounds.ts'
import type { SessionClaims } from './claims.ts'
import { CommitPage } from './commit-page.ts'
import { type ListPosition, parseCursor, printCursor } from './cursor.ts'
import { type Claimable, MemoryClaims } from './memory-claims.ts'
import { searchable, searchableTitle } from './search-text.ts'
import {
  type Append,
  type Checkpoint,
  Fenced,
  HeadMoved,
  type NewSession,
  type Page,
  type ReadBound,
  SessionExists,
  SessionMissing,
  type SessionQuery,
  type SessionRecord,
  type SessionStore,
  type StoredCommit,
  StoreUnavailable,
} from './session-store.ts'

export interface MemoryStoreOptions {
  /** Makes the identity of a new log; never the same twice. */
  readonly newLog?: () => string
  /** The clock by which nodes live and die: milliseconds since 1970. */
  readonly now?: () => number
}

interface Kept extends ListPosition, Claimable {
  readonly commits: string[]
  checkpoint: Checkpoint | undefined
}

/** Sessions for as long as the process lives: for tests, and for trying things out. */
export class MemoryStore implements SessionStore {
  /** For nodes that share this process. */
  readonly claims: SessionClaims
  readonly #sessions = new Map<string, Kept>()
  readonly #newLog: () => string
  #made = 0
  #closed = false

  constructor(options: MemoryStoreOptions = {}) {
    this.#newLog = options.newLog ?? randomUUID
    const { now = Date.now } = options
    this.claims = new MemoryClaims({ now, sessions: this.#sessions, assertOpen: () => this.#assertOpen() })
  }

  async create(session: NewSession, commits: readonly string[]): Promise<SessionRecord> {
    this.#assertOpen()
    checkNewSession(session, commits)
    if (this.#sessions.has(session.key)) throw new SessionExists(session.key)
    const record: SessionRecord = {
      key: session.key,
      session: session.session,
      agent: session.agent,
      principal: session.principal,
      metadata: structuredClone(session.metadata),
      summary: session.summary,
      command: session.command,
      head: commits.length,
      status: 'idle',
      log: this.#newLog(),
      createdAt: session.createdAt,
      updatedAt: session.createdAt,
      wakeAt: session.wakeAt,
      ...(session.owner === undefined ? {} : { epoch: 1, owner: session.owner }),
    }
    this.#made += 1
    this.#sessions.set(session.key, {
      record,
      commits: [...commits],
      checkpoint: undefined,
      createdAt: session.createdAt,
      ordinal: this.#made,
      parting: 'wants-runner',
    })
    return record
  }

  async load(key: string): Promise<SessionRecord | undefined> {
    this.#assertOpen()
    return this.#sessions.get(key)?.record
  }

  async append(key: string, append: Append): Promise<number> {
    this.#assertOpen()
    checkAppend(key, append)
    const kept = this.#sessions.get(key)
    if (!kept) throw new SessionMissing(key)
    const { record } = kept
    if (append.epoch !== undefined && append.epoch !== (record.epoch ?? 0)) {
      throw new Fenced(key, append.epoch, record.epoch ?? 0)
    }
    if (append.head !== record.head) throw new HeadMoved(key, append.head, record.head)
    for (const commit of append.commits) kept.commits.push(commit)
    const head = kept.commits.length
    const wakeAt = append.wakeAt === undefined ? record.wakeAt : (append.wakeAt ?? undefined)
    const { status = record.status, summary = record.summary, at: updatedAt } = append
    const metadata = append.metadata === undefined ? record.metadata : structuredClone(append.metadata)
    kept.record = { ...record, head, status, updatedAt, wakeAt, metadata, summary }
    return head
  }

  async read(key: string, after: number, bound: ReadBound): Promise<readonly StoredCommit[]> {
    this.#assertOpen()
    checkRead(after, bound)
    const commits = this.#sessions.get(key)?.commits ?? []
    const page = new CommitPage(bound)
    for (let index = after; index < commits.length; index += 1) if (!page.add(index + 1, commits[index]!)) break
    return page.commits
  }

  async saveCheckpoint(key: string, checkpoint: Checkpoint): Promise<void> {
    this.#assertOpen()
    checkCheckpoint(key, checkpoint)
    const kept = this.#sessions.get(key)
    if (!kept || checkpoint.seq > kept.record.head) return
    if (kept.checkpoint && kept.checkpoint.seq > checkpoint.seq) return
    kept.checkpoint = { seq: checkpoint.seq, json: checkpoint.json }
  }

  async loadCheckpoint(key: string): Promise<Checkpoint | undefined> {
    this.#assertOpen()
    return this.#sessions.get(key)?.checkpoint
  }

  async list(query: SessionQuery): Promise<Page<SessionRecord>> {
    this.#assertOpen()
    checkQuery(query)
    const from = query.cursor === undefined ? undefined : parseCursor(query.cursor)
    const found = [...this.#sessions.values()]
      .filter((kept) => matches(kept.record, query) && (!from || newestFirst(from, kept) < 0))
      .sort(newestFirst)
    const shown = found.slice(0, query.limit)
    const last = shown.at(-1)
    return {
      items: shown.map((kept) => kept.record),
      cursor: last && found.length > shown.length ? printCursor(last) : undefined,
    }
  }

  async due(before: number, limit: number): Promise<readonly string[]> {
    this.#assertOpen()
    checkDue(before, limit)
    return [...this.#sessions.values()]
      .flatMap(({ record: { key, wakeAt }, ordinal }) => (wakeAt === undefined ? [] : [{ key, wakeAt, ordinal }]))
      .filter(({ wakeAt }) => wakeAt <= before)
      .sort((a, b) => a.wakeAt - b.wakeAt || a.ordinal - b.ordinal)
      .slice(0, limit)
      .map(({ key }) => key)
  }

  async erase(key: string): Promise<void> {
    this.#assertOpen()
    this.#sessions.delete(key)
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#sessions.clear()
  }

  #assertOpen(): void {
    if (this.#closed) throw new StoreUnavailable('closed', 'the store is closed')
  }
}

function newestFirst(a: ListPosition, b: ListPosition): number {
  return b.createdAt - a.createdAt || b.ordinal - a.ordinal
}

function matches(record: SessionRecord, query: SessionQuery): boolean {
  return (
    (query.principal === undefined || record.principal === query.principal) &&
    (query.agent === undefined || record.agent === query.agent) &&
    (query.status === undefined || record.status === query.status) &&
    (query.command === undefined || record.command === query.command) &&
    (query.q === undefined || isFoundBy(record, searchable(query.q)))
  )
}

function isFoundBy({ metadata, summary = '' }: SessionRecord, text: string): boolean {
  return searchableTitle(metadata).includes(text) || searchable(summary).includes(text)
}
