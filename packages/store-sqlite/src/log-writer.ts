import type { DatabaseSync } from 'node:sqlite'
import type { Append, Checkpoint } from '@longwire/store'
import { searchable, searchableTitle } from '@longwire/store/internal'
import { type Fault, faultOf, isDiskFailure } from './fault.ts'
import type { LogFile } from './log-file.ts'
import { rollback } from './schema.ts'
import type { NewSessionRow, WriteReply, WriteRequest } from './storage-messages.ts'
import { Sweep } from './sweep.ts'

/** An append over one of these is kept in several rows, so that a page never has to read much more than it answers. */
const ROW_COMMITS = 256
const ROW_CHARACTERS = 256 * 1024

/** Writes batches, each in one transaction. A request that is refused leaves the others of its batch as they are. */
export class LogWriter {
  readonly #file: LogFile
  readonly #database: DatabaseSync
  readonly #statements: Statements
  readonly #sweep: Sweep
  readonly #markEveryMs: number
  #markedAt = performance.now()
  /** Set when the disk failed: what SQLite says from then on about being on the disk is not to be trusted. */
  #broken: Fault | undefined

  constructor(file: LogFile, markEveryMs: number) {
    this.#file = file
    this.#database = file.database
    this.#statements = prepare(file.database)
    this.#sweep = new Sweep(file.database)
    this.#markEveryMs = markEveryMs
  }

  /** One reply for each request, in order. */
  write(requests: readonly WriteRequest[]): readonly WriteReply[] {
    if (this.#broken) return refuseAll(requests, this.#broken)
    try {
      return this.#inOneTransaction(requests)
    } catch (error) {
      rollback(this.#database)
      const fault = faultOf(error, 'write the log')
      if (isDiskFailure(error)) this.#broken = fault
      if (this.#broken || requests.length === 1) return refuseAll(requests, fault)
      // One of them may be what does not fit: the others should not suffer for it.
      return requests.flatMap((request) => this.write([request]))
    }
  }

  /** Frees a slice of what was erased. False when there is nothing left to do, or no room to do it in now. */
  sweep(): boolean {
    if (this.#broken) return false
    try {
      return this.#sweep.slice()
    } catch {
      rollback(this.#database)
      return false
    }
  }

  #inOneTransaction(requests: readonly WriteRequest[]): readonly WriteReply[] {
    const isMarkDue = performance.now() - this.#markedAt >= this.#markEveryMs
    this.#database.exec('BEGIN IMMEDIATE')
    const replies = requests.map((request) => this.#write(request))
    if (isMarkDue) this.#file.raiseMark()
    this.#database.exec('COMMIT')
    if (isMarkDue) {
      this.#markedAt = performance.now()
      this.#file.tellMark()
    }
    return replies
  }

  #write(request: WriteRequest): WriteReply {
    switch (request.type) {
      case 'create':
        return this.#create(request.row, request.commits)
      case 'append':
        return this.#append(request.key, request.append)
      case 'checkpoint':
        return this.#checkpoint(request.key, request.checkpoint)
      case 'erase':
        return this.#erase(request.key)
    }
  }

  #create(row: NewSessionRow, commits: readonly string[]): WriteReply {
    const { key, session, agent, principal, metadata, command, log, createdAt, wakeAt, summary } = row
    const values = [key, session, agent, principal, metadata, command, commits.length, log, createdAt, createdAt]
    const found = [summary, searchableTitle(JSON.parse(metadata)), searchable(summary ?? '')]
    const made = this.#statements.create.get(...values, wakeAt, ...found)
    if (!made) return { type: 'exists' }
    this.#insert(made.id as number, 0, commits)
    return { type: 'done', head: commits.length }
  }

  #append(key: string, append: Append): WriteReply {
    const { head, commits } = append
    const moved = this.#moveHead(key, append)
    if (!moved) {
      const there = this.#statements.head.get(key)
      return there ? { type: 'moved', head: there.head as number } : { type: 'missing' }
    }
    this.#insert(moved.id as number, head, commits)
    this.#describe(moved.id as number, append)
    return { type: 'done', head: head + commits.length }
  }

  /** Names no column that stays: SQLite writes a column that is named to its indexes, changed or not. */
  #moveHead(key: string, { head, commits, status, at, wakeAt }: Append): Record<string, unknown> | undefined {
    const { moveHead, moveHeadAndStatus, moveHeadAndWake, moveHeadStatusAndWake } = this.#statements
    if (status === undefined) {
      if (wakeAt === undefined) return moveHead.get(commits.length, at, key, head)
      return moveHeadAndWake.get(commits.length, at, wakeAt, key, head)
    }
    if (wakeAt === undefined) return moveHeadAndStatus.get(commits.length, at, status, key, head)
    return moveHeadStatusAndWake.get(commits.length, at, status, wakeAt, key, head)
  }

  /** A session is named seldom: the appends that say nothing of it stay as cheap as they are. */
  #describe(sid: number, { metadata, summary }: Append): void {
    if (metadata !== undefined) {
      this.#statements.setMetadata.run(JSON.stringify(metadata), searchableTitle(metadata), sid)
    }
    if (summary !== undefined) this.#statements.setSummary.run(summary, searchable(summary), sid)
  }

  #insert(sid: number, head: number, commits: readonly string[]): void {
    let last = head
    for (const lines of rowsOf(commits)) {
      last += lines.length
      this.#statements.insert.run(sid, last, lines.join('\n'))
    }
  }

  #checkpoint(key: string, { seq, json }: Checkpoint): WriteReply {
    this.#statements.checkpoint.run(seq, json, key, seq)
    return { type: 'done', head: seq }
  }

  #erase(key: string): WriteReply {
    const session = this.#statements.erase.get(key)
    if (session) this.#sweep.add(session.id as number)
    return { type: 'done', head: 0 }
  }
}

function refuseAll(requests: readonly WriteRequest[], fault: Fault): readonly WriteReply[] {
  return requests.map(() => ({ type: 'fault', fault }))
}

/** The commits in runs that are each small enough for a row; a commit that is too large alone has a row of its own. */
export function rowsOf(commits: readonly string[]): readonly (readonly string[])[] {
  const rows: string[][] = []
  let row: string[] = []
  let characters = 0
  for (const commit of commits) {
    if (row.length === 0 || row.length === ROW_COMMITS || characters + commit.length > ROW_CHARACTERS) {
      row = []
      rows.push(row)
      characters = 0
    }
    row.push(commit)
    characters += commit.length
  }
  return rows
}

type Statements = ReturnType<typeof prepare>

function prepare(database: DatabaseSync) {
  const moveHead = (also: string) =>
    database.prepare(
      `UPDATE session SET head = head + ?, updated_at = ?${also} WHERE key = ? AND head = ? RETURNING id`,
    )
  return {
    create: database.prepare(
      `INSERT INTO session
         (key, session, agent, principal, metadata, command, head, status, log, created_at, updated_at, wake_at,
          summary, title_text, summary_text)
       VALUES (?, ?, ?, ?, ?, ?, ?, 'idle', ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING RETURNING id`,
    ),
    moveHead: moveHead(''),
    moveHeadAndStatus: moveHead(', status = ?'),
    moveHeadAndWake: moveHead(', wake_at = ?'),
    moveHeadStatusAndWake: moveHead(', status = ?, wake_at = ?'),
    setMetadata: database.prepare('UPDATE session SET metadata = ?, title_text = ? WHERE id = ?'),
    setSummary: database.prepare('UPDATE session SET summary = ?, summary_text = ? WHERE id = ?'),
    head: database.prepare('SELECT head FROM session WHERE key = ?'),
    insert: database.prepare('INSERT INTO appended (sid, last, lines) VALUES (?, ?, ?)'),
    checkpoint: database.prepare(
      `INSERT INTO checkpoint (sid, seq, json) SELECT id, ?, ? FROM session WHERE key = ? AND head >= ?
       ON CONFLICT (sid) DO UPDATE SET seq = excluded.seq, json = excluded.json WHERE excluded.seq >= checkpoint.seq`,
    ),
    erase: database.prepare('DELETE FROM session WHERE key = ? RETURNING id'),
  }
}
