import type { SessionStatus } from '@longwire/protocol'
import type { Append, Checkpoint, ReadBound, SessionQuery } from '@longwire/store'
import type { Fault } from './fault.ts'
import type { Doubt } from './generation.ts'
import type { LogFileOptions } from './log-file.ts'

// What crosses between the caller's thread and the storage threads. Texts cross as texts: measured cheaper for the
// caller than packing them into bytes.

export type WriteRequest =
  | { readonly type: 'create'; readonly row: NewSessionRow; readonly commits: readonly string[] }
  | { readonly type: 'append'; readonly key: string; readonly append: Append }
  | { readonly type: 'checkpoint'; readonly key: string; readonly checkpoint: Checkpoint }
  | { readonly type: 'erase'; readonly key: string }

export type WriteReply =
  | { readonly type: 'done'; readonly head: number }
  | { readonly type: 'exists' }
  | { readonly type: 'missing' }
  | { readonly type: 'moved'; readonly head: number }
  | { readonly type: 'fault'; readonly fault: Fault }

export type ReadRequest =
  | { readonly type: 'load'; readonly key: string }
  | { readonly type: 'read'; readonly key: string; readonly after: number; readonly bound: ReadBound }
  | { readonly type: 'checkpoint'; readonly key: string }
  | { readonly type: 'list'; readonly query: SessionQuery }
  | { readonly type: 'due'; readonly before: number; readonly limit: number }

export type ReadReply =
  | { readonly type: 'record'; readonly row: SessionRow | undefined }
  /** The commits from `first` on, a line each; none at all where `lines` is undefined. */
  | { readonly type: 'commits'; readonly first: number; readonly lines: string | undefined }
  | { readonly type: 'checkpoint'; readonly checkpoint: Checkpoint | undefined }
  | { readonly type: 'page'; readonly rows: readonly SessionRow[]; readonly cursor: string | undefined }
  | { readonly type: 'due'; readonly keys: readonly string[] }
  | { readonly type: 'fault'; readonly fault: Fault }

/** A session as the table has it. */
export interface SessionRow {
  readonly id: number
  readonly key: string
  readonly session: string
  readonly agent: string
  readonly principal: string
  readonly metadata: string
  readonly command: string | null
  readonly head: number
  readonly status: SessionStatus
  readonly log: string
  readonly createdAt: number
  readonly updatedAt: number
  readonly wakeAt: number | null
  readonly summary: string | null
}

export type NewSessionRow = Omit<SessionRow, 'id' | 'head' | 'status' | 'updatedAt'>

export type StorageRole =
  | { readonly role: 'writer'; readonly file: LogFileOptions; readonly markEveryMs: number }
  | { readonly role: 'reader'; readonly directory: string }

/** To a storage thread: the word to open the file, batches, and the word to let go of it and end. */
export type ToStorage<Request> = 'open' | readonly Request[] | 'close'

/** From a storage thread: how opening went, once; then the replies, one for each request, in order. */
export type FromStorage<Reply> =
  | { readonly type: 'opened'; readonly generation: string; readonly renewed: Doubt | undefined }
  | { readonly type: 'refused'; readonly fault: Fault }
  | { readonly type: 'replies'; readonly replies: readonly Reply[] }
