import type { Metadata, SessionStatus } from '@longwire/protocol'
import type { SessionClaims } from './claims.ts'

/** What a store knows of a session without reading its log. */
export interface SessionRecord {
  /** The key of the session in this store, unique over all principals. */
  readonly key: string
  /** The id the session has for its principal. */
  readonly session: string
  readonly agent: string
  readonly principal: string
  readonly metadata: Metadata
  /** What the session is about, in a line; absent until somebody says so. */
  readonly summary?: string | undefined
  /** The id of the `open` command that made the session, where one did. */
  readonly command?: string | undefined
  /** The number of the last commit; 0 for a log without commits. */
  readonly head: number
  readonly status: SessionStatus
  /** Opaque identity of the log. It changes whenever commits that were acknowledged may be missing. */
  readonly log: string
  /** Milliseconds since 1970. */
  readonly createdAt: number
  readonly updatedAt: number
  /** When the session is to be woken, in milliseconds since 1970. It stays until an append moves it. */
  readonly wakeAt?: number | undefined
  /** Raised by each claim; only of stores with claims. */
  readonly epoch?: number | undefined
  /** The node that runs the session, as the last claim or release left it; it may be dead. */
  readonly owner?: string | undefined
}

/** With `owner` it is made as owned by that node, at epoch 1. */
export type NewSession = Pick<
  SessionRecord,
  'key' | 'session' | 'agent' | 'principal' | 'metadata' | 'summary' | 'command' | 'createdAt' | 'wakeAt' | 'owner'
>

/** A commit as it stands in the log: one JSON object, the event of the protocol with its `seq`. */
export interface StoredCommit {
  readonly seq: number
  readonly json: string
}

export interface Append {
  /** The head the writer believes in. Another one rejects the append with `HeadMoved`. */
  readonly head: number
  /** The JSON of the commits head+1, head+2, …: at least one, each on one line. */
  readonly commits: readonly string[]
  /** The status of the session from these commits on; unchanged where it is left out. */
  readonly status?: SessionStatus | undefined
  /** Milliseconds since 1970: becomes `updatedAt`. */
  readonly at: number
  /** The `wakeAt` of the session from these commits on; null for none, unchanged where it is left out. */
  readonly wakeAt?: number | null | undefined
  /** The epoch of the writer's claim, for stores with claims: another than the session's is refused with `Fenced`. */
  readonly epoch?: number | undefined
  /** The metadata of the session from these commits on; unchanged where it is left out. */
  readonly metadata?: Metadata | undefined
  /** The summary of the session from these commits on; unchanged where it is left out. */
  readonly summary?: string | undefined
}

/** A fold of the log up to `seq`, kept so that opening a session does not read all of it. A cache: it may be missing or old. */
export interface Checkpoint {
  readonly seq: number
  readonly json: string
}

export interface SessionQuery {
  readonly principal?: string | undefined
  readonly agent?: string | undefined
  readonly status?: SessionStatus | undefined
  readonly command?: string | undefined
  /** Only sessions whose title (`metadata.title`, where it is a text) or summary contains this, whatever the case. */
  readonly q?: string | undefined
  /** From the page before; pages are newest first by `createdAt`, and stable while sessions are made. Another: `BadCursor`. */
  readonly cursor?: string | undefined
  /** 1 to 500. */
  readonly limit: number
}

export interface Page<T> {
  readonly items: readonly T[]
  /** Where the next page begins; undefined on the last page. */
  readonly cursor?: string | undefined
}

export interface ReadBound {
  /** At most so many commits. */
  readonly limit: number
  /** At most so many bytes of UTF-8; the first commit always comes. */
  readonly bytes: number
}

/**
 * Where session logs live. Drafts never come here. The rules a store keeps are [L1] and on, in `spec/log.md`;
 * `storeContract` of `@longwire/store/contract` tries them. What no store can keep (a name with a NUL, an append of
 * nothing) is refused with a `RangeError` by every one of them, before anything is written.
 */
export interface SessionStore {
  /** Who runs which session: only of stores that several nodes can share. */
  readonly claims?: SessionClaims | undefined
  /** Makes the session with its first commits, all or nothing. Rejects with `SessionExists` where the key is taken. */
  create(session: NewSession, commits: readonly string[]): Promise<SessionRecord>
  load(key: string): Promise<SessionRecord | undefined>
  /**
   * Appends all of the commits after `head`, or none, and resolves with the new head once they are as safe as the
   * durability says. Rejects with `HeadMoved` when another writer was there, `Fenced` when the session was claimed since,
   * `SessionMissing` when it was erased, `StoreUnavailable` when nothing was written and a later try may succeed.
   */
  append(key: string, append: Append): Promise<number>
  /**
   * The commits after `after`, in order, within the bound: fewer than the bound allows only at the head. Empty at the
   * head, past it, and for a session that is not there.
   */
  read(key: string, after: number, bound: ReadBound): Promise<readonly StoredCommit[]>
  /** Keeps a checkpoint, unless a later one is there, the log does not reach that far, or the session is gone. */
  saveCheckpoint(key: string, checkpoint: Checkpoint): Promise<void>
  loadCheckpoint(key: string): Promise<Checkpoint | undefined>
  list(query: SessionQuery): Promise<Page<SessionRecord>>
  /**
   * The keys of the sessions with `wakeAt` at or before `before`, earliest first, at most `limit` (1 to 500). Asking
   * changes nothing: a session is due until an append moves its `wakeAt`.
   */
  due(before: number, limit: number): Promise<readonly string[]>
  /** Removes the session and its log. Erasing what is not there is done already. */
  erase(key: string): Promise<void>
  /** Finishes what was accepted, then lets go of files and threads. Later calls reject with `StoreUnavailable` `closed`. */
  close(): Promise<void>
}

/** Another writer appended first. */
export class HeadMoved extends Error {
  override readonly name = 'HeadMoved'
  readonly key: string
  readonly expected: number
  readonly actual: number
  constructor(key: string, expected: number, actual: number) {
    super(`cannot append to ${key} after ${expected}: another writer is at ${actual}`)
    this.key = key
    this.expected = expected
    this.actual = actual
  }
}

/** The session was claimed by somebody else since: this writer's epoch is over. */
export class Fenced extends Error {
  override readonly name = 'Fenced'
  readonly key: string
  readonly expected: number
  readonly actual: number
  constructor(key: string, expected: number, actual: number) {
    super(`cannot append to ${key} in epoch ${expected}: it is in epoch ${actual}`)
    this.key = key
    this.expected = expected
    this.actual = actual
  }
}

export class SessionExists extends Error {
  override readonly name = 'SessionExists'
  readonly key: string
  constructor(key: string) {
    super(`cannot create session ${key}: it exists`)
    this.key = key
  }
}

export class SessionMissing extends Error {
  override readonly name = 'SessionMissing'
  readonly key: string
  constructor(key: string) {
    super(`cannot append to session ${key}: it is not there`)
    this.key = key
  }
}

/** The cursor of a list is none that the store gave. */
export class BadCursor extends Error {
  override readonly name = 'BadCursor'
  readonly cursor: string
  constructor(cursor: string) {
    super(`cannot list from ${JSON.stringify(cursor)}: it is not a cursor of this list`)
    this.cursor = cursor
  }
}

/** Why a store cannot serve: what an operator has to mend. */
export type StoreFault =
  | 'full'
  | 'locked'
  | 'corrupt'
  | 'newer'
  | 'unwritable'
  | 'unavailable'
  | 'unknown'
  | 'closed'
  | 'failed'

/**
 * Nothing of what was asked was written, and a later try may succeed, unless the fault is `unknown`, `closed` or `failed`.
 * After `unknown` what was asked may be written, now or a moment later: the writer loads the session again before it goes
 * on with it. After `failed` that holds for every session, and the store serves nothing any more: it is opened again.
 */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable'
  readonly fault: StoreFault
  constructor(fault: StoreFault, message: string, options?: ErrorOptions) {
    super(message, options)
    this.fault = fault
  }
}
