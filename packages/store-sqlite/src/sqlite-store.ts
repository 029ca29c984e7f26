import { randomBytes } from 'node:crypto'
import { resolve } from 'node:path'
import {
  type Append,
  type Checkpoint,
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
} from '@longwire/store'
import {
  checkAppend,
  checkCheckpoint,
  checkDue,
  checkNewSession,
  checkQuery,
  checkRead,
  parseCursor,
} from '@longwire/store/internal'
import { readBoot } from './boot.ts'
import type { Doubt } from './generation.ts'
import type { Durability } from './log-file.ts'
import type { NewSessionRow, ReadReply, ReadRequest, SessionRow, WriteReply, WriteRequest } from './storage-messages.ts'
import { type Opened, StorageThread } from './storage-thread.ts'

export interface SqliteStoreOptions {
  /** Where the file lives; made where it is missing. On a local disk: a write-ahead log does not work over a network. */
  readonly directory: string
  /**
   * What an acknowledged commit survives. `process`: the process dies, by kill -9 too. `power`: the machine loses its
   * power, at the price of a sync for each batch.
   */
  readonly durability: Durability
  /** How long to wait for the lock of a process that is just ending. 2 seconds unless given. */
  readonly lockWaitMs?: number
  /** How often, while commits come, to write down beside the file how far it is. A minute unless given. */
  readonly markEveryMs?: number
  /** Names the current run of the machine. */
  readonly readBoot?: () => string
}

type Writer = StorageThread<WriteRequest, WriteReply>
type Reader = StorageThread<ReadRequest, ReadReply>

/** Sessions in one SQLite file, for one process. Writes and reads run in threads of their own. */
export class SqliteStore implements SessionStore {
  /** Why every `log` is a new one since this opening: acknowledged commits may be missing. Undefined when none can be. */
  readonly renewed: Doubt | undefined
  readonly #generation: string
  readonly #writer: Writer
  readonly #reader: Reader
  #closed: Promise<void> | undefined

  /** Rejects with `StoreUnavailable`, which says what was found and what to do. */
  static async open(options: SqliteStoreOptions): Promise<SqliteStore> {
    const directory = resolve(options.directory)
    const boot = (options.readBoot ?? readBoot)()
    const writer: Writer = new StorageThread({
      role: 'writer',
      file: { directory, durability: options.durability, boot, lockWaitMs: options.lockWaitMs ?? 2_000 },
      markEveryMs: options.markEveryMs ?? 60_000,
    })
    const reader: Reader = new StorageThread({ role: 'reader', directory })
    try {
      const opened = await writer.open()
      await reader.open()
      return new SqliteStore(writer, reader, opened)
    } catch (cause) {
      await reader.close()
      await writer.close()
      throw cause
    }
  }

  private constructor(writer: Writer, reader: Reader, opened: Opened) {
    this.#writer = writer
    this.#reader = reader
    this.#generation = opened.generation
    this.renewed = opened.renewed
  }

  async create(session: NewSession, commits: readonly string[]): Promise<SessionRecord> {
    this.#assertOpen()
    checkNewSession(session, commits)
    const row: NewSessionRow = {
      key: session.key,
      session: session.session,
      agent: session.agent,
      principal: session.principal,
      metadata: JSON.stringify(session.metadata),
      command: session.command ?? null,
      log: randomBytes(9).toString('base64url'),
      createdAt: session.createdAt,
      wakeAt: session.wakeAt ?? null,
      summary: session.summary ?? null,
    }
    const size = charactersOf(commits)
    const { head } = await this.#write({ type: 'create', row, commits: [...commits] }, row.key, size)
    return this.#recordOf({ ...row, head, status: 'idle', updatedAt: row.createdAt })
  }

  async load(key: string): Promise<SessionRecord | undefined> {
    const { row } = await this.#read({ type: 'load', key }, 'record')
    return row && this.#recordOf(row)
  }

  async append(key: string, append: Append): Promise<number> {
    this.#assertOpen()
    checkAppend(key, append)
    // Copied, because it leaves later than this call.
    const { head, commits, status, at, wakeAt, metadata, summary } = append
    const copied = { head, commits: [...commits], status, at, wakeAt, metadata: structuredClone(metadata), summary }
    const request: WriteRequest = { type: 'append', key, append: copied }
    return (await this.#write(request, key, charactersOf(commits), head)).head
  }

  async read(key: string, after: number, bound: ReadBound): Promise<readonly StoredCommit[]> {
    this.#assertOpen()
    checkRead(after, bound)
    const { limit, bytes } = bound
    const { first, lines } = await this.#read({ type: 'read', key, after, bound: { limit, bytes } }, 'commits')
    if (lines === undefined) return []
    return lines.split('\n').map((json, index) => ({ seq: first + index, json }))
  }

  async saveCheckpoint(key: string, checkpoint: Checkpoint): Promise<void> {
    this.#assertOpen()
    checkCheckpoint(key, checkpoint)
    const { seq, json } = checkpoint
    await this.#write({ type: 'checkpoint', key, checkpoint: { seq, json } }, key, json.length)
  }

  async loadCheckpoint(key: string): Promise<Checkpoint | undefined> {
    return (await this.#read({ type: 'checkpoint', key }, 'checkpoint')).checkpoint
  }

  async list(query: SessionQuery): Promise<Page<SessionRecord>> {
    this.#assertOpen()
    checkQuery(query)
    if (query.cursor !== undefined) parseCursor(query.cursor)
    const { rows, cursor } = await this.#read({ type: 'list', query }, 'page')
    return { items: rows.map((row) => this.#recordOf(row)), cursor }
  }

  async due(before: number, limit: number): Promise<readonly string[]> {
    this.#assertOpen()
    checkDue(before, limit)
    return (await this.#read({ type: 'due', before, limit }, 'due')).keys
  }

  async erase(key: string): Promise<void> {
    this.#assertOpen()
    await this.#write({ type: 'erase', key }, key, 0)
  }

  close(): Promise<void> {
    // The writer last: the one who closes last carries the write-ahead log over into the file.
    this.#closed ??= this.#reader.close().then(() => this.#writer.close())
    return this.#closed
  }

  async #write(request: WriteRequest, key: string, characters: number, head = 0): Promise<{ head: number }> {
    const reply = await this.#writer.ask(request, characters)
    switch (reply.type) {
      case 'done':
        return reply
      case 'exists':
        throw new SessionExists(key)
      case 'missing':
        throw new SessionMissing(key)
      case 'moved':
        throw new HeadMoved(key, head, reply.head)
      case 'fault':
        throw new StoreUnavailable(reply.fault.fault, reply.fault.message)
    }
  }

  async #read<Type extends ReadReply['type']>(
    request: ReadRequest,
    type: Type,
  ): Promise<Extract<ReadReply, { type: Type }>> {
    this.#assertOpen()
    const reply = await this.#reader.ask(request, 0)
    if (reply.type === 'fault') throw new StoreUnavailable(reply.fault.fault, reply.fault.message)
    if (reply.type !== type) throw new Error(`asked to ${request.type}, the storage thread answered ${reply.type}`)
    return reply as Extract<ReadReply, { type: Type }>
  }

  #recordOf(row: Omit<SessionRow, 'id'>): SessionRecord {
    return {
      key: row.key,
      session: row.session,
      agent: row.agent,
      principal: row.principal,
      metadata: JSON.parse(row.metadata),
      command: row.command ?? undefined,
      head: row.head,
      status: row.status,
      log: `${row.log}.${this.#generation}`,
      createdAt: row.createdAt,
      updatedAt: row.updatedAt,
      wakeAt: row.wakeAt ?? undefined,
      summary: row.summary ?? undefined,
    }
  }

  #assertOpen(): void {
    if (this.#closed) throw new StoreUnavailable('closed', 'the store is closed')
  }
}

function charactersOf(commits: readonly string[]): number {
  let characters = 0
  for (const commit of commits) characters += commit.length
  return characters
}
