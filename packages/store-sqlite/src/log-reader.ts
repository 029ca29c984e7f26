import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { ReadBound, SessionQuery } from '@longwire/store'
import { CommitPage, printCursor } from '@longwire/store/internal'
import { faultOf } from './fault.ts'
import { COLUMNS, listSql } from './list-sql.ts'
import type { ReadReply, ReadRequest, SessionRow } from './storage-messages.ts'

/** One statement, so that a session erased and swept meanwhile shows whole, or not at all. */
export const READ_SQL = `SELECT last, lines FROM session JOIN appended ON sid = session.id
       WHERE key = ? AND last > ? ORDER BY last LIMIT ?`

export const DUE_SQL = 'SELECT key FROM session WHERE wake_at <= ? ORDER BY wake_at, id LIMIT ?'

/** Answers from the file; each answer sees one moment of the log. */
export class LogReader {
  readonly #database: DatabaseSync
  readonly #load: StatementSync
  readonly #read: StatementSync
  readonly #checkpoint: StatementSync
  readonly #due: StatementSync
  readonly #lists = new Map<string, StatementSync>()

  constructor(database: DatabaseSync) {
    this.#database = database
    this.#load = database.prepare(`SELECT ${COLUMNS} FROM session WHERE key = ?`)
    this.#read = database.prepare(READ_SQL)
    this.#checkpoint = database.prepare(
      'SELECT seq, json FROM session JOIN checkpoint ON sid = session.id WHERE key = ?',
    )
    this.#due = database.prepare(DUE_SQL)
  }

  answer(request: ReadRequest): ReadReply {
    try {
      return this.#answer(request)
    } catch (error) {
      return { type: 'fault', fault: faultOf(error, 'read the log') }
    }
  }

  #answer(request: ReadRequest): ReadReply {
    switch (request.type) {
      case 'load':
        return { type: 'record', row: this.#load.get(request.key) as SessionRow | undefined }
      case 'read':
        return this.#page(request.key, request.after, request.bound)
      case 'checkpoint': {
        const row = this.#checkpoint.get(request.key)
        return { type: 'checkpoint', checkpoint: row && { seq: row.seq as number, json: row.json as string } }
      }
      case 'list':
        return this.#list(request.query)
      case 'due': {
        const rows = this.#due.all(request.before, request.limit) as { key: string }[]
        return { type: 'due', keys: rows.map((row) => row.key) }
      }
    }
  }

  #page(key: string, after: number, bound: ReadBound): ReadReply {
    const page = new CommitPage(bound)
    const rows = this.#read.iterate(key, after, bound.limit) as Iterable<{ last: number; lines: string }>
    for (const { last, lines } of rows) if (!addRow(page, after, last, lines.split('\n'))) break
    const first = page.commits[0]
    if (!first) return { type: 'commits', first: after + 1, lines: undefined }
    return { type: 'commits', first: first.seq, lines: page.commits.map((commit) => commit.json).join('\n') }
  }

  #list(query: SessionQuery): ReadReply {
    const { sql, values } = listSql(query)
    let statement = this.#lists.get(sql)
    if (!statement) {
      statement = this.#database.prepare(sql)
      this.#lists.set(sql, statement)
    }
    const found = statement.all(...values, query.limit + 1) as unknown as SessionRow[]
    const rows = found.slice(0, query.limit)
    const last = rows.at(-1)
    const isMore = found.length > rows.length && last !== undefined
    const cursor = isMore ? printCursor({ createdAt: last.createdAt, ordinal: last.id }) : undefined
    return { type: 'page', rows, cursor }
  }
}

/** False when the page is full. The first row of a page may begin before the place. */
function addRow(page: CommitPage, after: number, last: number, lines: readonly string[]): boolean {
  const before = last - lines.length
  for (let seq = Math.max(after, before) + 1; seq <= last; seq += 1) {
    if (!page.add(seq, lines[seq - before - 1]!)) return false
  }
  return true
}
