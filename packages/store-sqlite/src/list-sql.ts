import type { SessionStatus } from '@longwire/protocol'
import type { SessionQuery } from '@longwire/store'
import { parseCursor, searchable } from '@longwire/store/internal'

/** A session as `SessionRow` names it. */
export const COLUMNS = `id, key, session, agent, principal, metadata, command, head, status, log,
  created_at AS createdAt, updated_at AS updatedAt, wake_at AS wakeAt, summary`

// As literals, because SQLite takes a partial index only for a condition it can see.
const STATUS_IS: Record<SessionStatus, string> = {
  idle: "status = 'idle'",
  running: "status = 'running'",
  waiting: "status = 'waiting'",
  closed: "status = 'closed'",
}

/** The statement for a list, with its values but for the limit. */
export function listSql(query: SessionQuery): { sql: string; values: (string | number)[] } {
  const conditions: string[] = []
  const values: (string | number)[] = []
  for (const column of ['principal', 'agent', 'command'] as const) {
    const value = query[column]
    if (value === undefined) continue
    conditions.push(`${column} = ?`)
    values.push(value)
  }
  if (query.status !== undefined) conditions.push(STATUS_IS[query.status])
  if (query.q !== undefined) {
    const text = searchable(query.q)
    conditions.push('(instr(title_text, ?) > 0 OR instr(summary_text, ?) > 0)')
    values.push(text, text)
  }
  if (query.cursor !== undefined) {
    const { createdAt, ordinal } = parseCursor(query.cursor)
    conditions.push('(created_at, id) < (?, ?)')
    values.push(createdAt, ordinal)
  }
  const where = conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : ''
  return { sql: `SELECT ${COLUMNS} FROM session ${where} ORDER BY created_at DESC, id DESC LIMIT ?`, values }
}
