import type { SessionStatus } from '@longwire/protocol'
import type { SessionQuery } from '@longwire/store'
import { parseCursor, searchable } from '@longwire/store/internal'
import type { Statement } from './engine.ts'
import { RECORD_BYTES } from './packed-records.ts'
import { digestOf } from './schema.ts'

/** A session as `recordOf` takes it, all but the timeline. */
export const COLUMNS = `id, key, session, agent, principal, metadata, command, head, status, log, created_at, updated_at,
  wake_at, epoch, owner, summary`

export interface ReadStatements {
  readonly load: Statement
  readonly read: Statement
  readonly loadCheckpoint: Statement
  readonly saveCheckpoint: Statement
  readonly due: Statement
  list(query: SessionQuery): Statement & { readonly values: readonly unknown[] }
}

// As literals, because a partial index is taken only for a condition that the planner can see.
const STATUS_IS: Record<SessionStatus, string> = {
  idle: "status = 'idle'",
  running: "status = 'running'",
  waiting: "status = 'waiting'",
  closed: "status = 'closed'",
}

export function readStatements(s: string, timeline: string): ReadStatements {
  return {
    load: {
      name: 'longwire_load',
      text: `SELECT ${COLUMNS}, ${timeline} AS timeline FROM ${s}.session WHERE key_digest = $1`,
    },
    // One statement, so that a session erased and swept meanwhile shows whole, or not at all. The first record may begin
    // before the place; no record that does is larger than what is allowed on top.
    read: {
      name: 'longwire_read',
      text: `
        SELECT last, lines FROM (
          SELECT record.last, record.lines, coalesce(sum(octet_length(record.lines))
            OVER (ORDER BY record.last ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS bytes_before
          FROM ${s}.session AS session JOIN ${s}.record AS record ON record.sid = session.id
          WHERE session.key_digest = $1 AND record.last > $2 ORDER BY record.last LIMIT $3
        ) AS found WHERE bytes_before <= $4 + ${RECORD_BYTES} ORDER BY last`,
    },
    loadCheckpoint: {
      name: 'longwire_load_checkpoint',
      text: `SELECT checkpoint.seq, checkpoint.json FROM ${s}.session AS session
        JOIN ${s}.checkpoint AS checkpoint ON checkpoint.sid = session.id WHERE session.key_digest = $1`,
    },
    saveCheckpoint: {
      name: 'longwire_save_checkpoint',
      text: `INSERT INTO ${s}.checkpoint AS checkpoint (sid, seq, json)
        SELECT id, $2::int8, $3::text FROM ${s}.session WHERE key_digest = $1 AND head >= $2::int8
        ON CONFLICT (sid) DO UPDATE SET seq = excluded.seq, json = excluded.json WHERE checkpoint.seq <= excluded.seq`,
    },
    due: {
      name: 'longwire_due',
      text: `SELECT key FROM ${s}.session WHERE wake_at <= $1 ORDER BY wake_at, id LIMIT $2`,
    },
    list: (query) => listStatement(s, timeline, query),
  }
}

function listStatement(s: string, timeline: string, query: SessionQuery): ReturnType<ReadStatements['list']> {
  const values: unknown[] = [query.limit + 1]
  const conditions: string[] = []
  const where = (condition: (...parameters: string[]) => string, ...given: readonly unknown[]) =>
    conditions.push(condition(...given.map((value) => `$${values.push(value)}`)))
  const { principal, agent, status, command, q, cursor } = query
  if (principal !== undefined)
    where((a, b) => `principal_digest = ${a} AND principal = ${b}`, digestOf(principal), principal)
  if (agent !== undefined) where((a) => `agent = ${a}`, agent)
  if (command !== undefined) where((a) => `command = ${a}`, command)
  if (command !== undefined && principal !== undefined) {
    where((a) => `command_digest = ${a}`, digestOf(principal, command))
  }
  if (status !== undefined) conditions.push(STATUS_IS[status])
  if (q !== undefined) where((a) => `(strpos(title_text, ${a}) > 0 OR strpos(summary_text, ${a}) > 0)`, searchable(q))
  if (cursor !== undefined) {
    const { createdAt, ordinal } = parseCursor(cursor)
    where((a, b) => `(created_at, id) < (${a}, ${b})`, createdAt, ordinal)
  }
  const text = `SELECT ${COLUMNS}, ${timeline} AS timeline FROM ${s}.session
    ${conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : ''} ORDER BY created_at DESC, id DESC LIMIT $1`
  const shape = [principal, agent, status && STATUS_IS[status], command, q, cursor].map((part) =>
    part === undefined ? 0 : 1,
  )
  return { name: `longwire_list_${shape.join('')}_${status ?? ''}`, text, values }
}
