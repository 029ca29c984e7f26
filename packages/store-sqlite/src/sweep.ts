import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { numberOf } from './schema.ts'

/** What one slice frees at most, so that appends wait for milliseconds while a large session goes. */
const SLICE_ROWS = 200
const SLICE_BYTES = 2 * 1024 * 1024
const SLICE_PAGES = 512

/** Frees the rows of erased sessions, and then the pages they were on, a slice at a time. */
export class Sweep {
  readonly #database: DatabaseSync
  readonly #add: StatementSync
  readonly #next: StatementSync
  readonly #rows: StatementSync
  readonly #deleteRow: StatementSync
  readonly #deleteCheckpoint: StatementSync
  readonly #done: StatementSync

  constructor(database: DatabaseSync) {
    this.#database = database
    this.#add = database.prepare('INSERT INTO erased (sid) VALUES (?)')
    this.#next = database.prepare('SELECT sid FROM erased LIMIT 1')
    this.#rows = database.prepare(
      'SELECT id, octet_length(lines) AS bytes FROM appended WHERE sid = ? ORDER BY last LIMIT ?',
    )
    this.#deleteRow = database.prepare('DELETE FROM appended WHERE id = ?')
    this.#deleteCheckpoint = database.prepare('DELETE FROM checkpoint WHERE sid = ?')
    this.#done = database.prepare('DELETE FROM erased WHERE sid = ?')
  }

  /** In the transaction that erases the session. */
  add(sid: number): void {
    this.#add.run(sid)
  }

  /** False when nothing was left to free. */
  slice(): boolean {
    const session = this.#next.get()
    if (session) this.#freeRows(session.sid as number)
    else if (!this.#freePages()) return false
    return true
  }

  #freeRows(sid: number): void {
    this.#database.exec('BEGIN IMMEDIATE')
    const rows = this.#rows.all(sid, SLICE_ROWS) as { id: number; bytes: number }[]
    let bytes = 0
    let freed = 0
    for (const row of rows) {
      this.#deleteRow.run(row.id)
      freed += 1
      bytes += row.bytes
      if (bytes >= SLICE_BYTES) break
    }
    if (freed === rows.length && rows.length < SLICE_ROWS) {
      this.#deleteCheckpoint.run(sid)
      this.#done.run(sid)
    }
    this.#database.exec('COMMIT')
  }

  #freePages(): boolean {
    if (numberOf(this.#database, 'PRAGMA freelist_count') === 0) return false
    this.#database.exec(`PRAGMA incremental_vacuum(${SLICE_PAGES})`)
    // The file itself gets shorter when the write-ahead log is carried over.
    if (numberOf(this.#database, 'PRAGMA freelist_count') === 0) this.#database.exec('PRAGMA wal_checkpoint(PASSIVE)')
    return true
  }
}
