import type { Statement } from './engine.ts'
import { COLUMNS } from './read-statements.ts'

export interface ClaimStatements {
  readonly beat: Statement
  readonly leave: Statement
  readonly nodes: Statement
  readonly drain: Statement
  readonly claim: Statement
  readonly owner: Statement
  readonly release: Statement
  readonly adopt: Statement
  readonly due: Statement
  readonly useOnce: Statement
  readonly forgetUsed: Statement
}

const FORGET_DEAD = `interval '10 minutes'`

/** Whoever lives and dies does it by the clock of the database, `now()`, and by no other. */
export function claimStatements(s: string, timeline: string): ClaimStatements {
  const lives = (owner: string) =>
    `EXISTS (SELECT 1 FROM ${s}.node AS node WHERE node.node = ${owner} AND node.until > now())`
  const millis = (column: string) => `(extract(epoch FROM ${column}) * 1000)::int8`
  const session = `${s}.session AS session`
  const record = COLUMNS.split(/,\s*/)
    .map((column) => `session.${column}`)
    .join(', ')
  return {
    // Tells what was there before: of a statement that writes, every part sees the moment before it.
    beat: {
      name: 'longwire_beat',
      text: `
        WITH before AS (SELECT until > now() AS was_alive, is_asked FROM ${s}.node WHERE node = $1),
        forgotten AS (DELETE FROM ${s}.node WHERE until < now() - ${FORGET_DEAD} AND node <> $1),
        beaten AS (
          INSERT INTO ${s}.node (node, name, sessions, turns, lag_ms, is_draining, started_at, seen_at, until)
          VALUES ($1, $2, $3, $4, $5, $6, now(), now(), now() + $7::float8 * interval '1 millisecond')
          ON CONFLICT (node) DO UPDATE SET name = excluded.name, sessions = excluded.sessions, turns = excluded.turns,
            lag_ms = excluded.lag_ms, is_draining = excluded.is_draining, seen_at = excluded.seen_at, until = excluded.until
        )
        SELECT (SELECT was_alive FROM before) AS was_alive, (SELECT is_asked FROM before) AS is_asked,
          ${millis('now()')} AS now`,
    },
    leave: {
      name: 'longwire_leave',
      text: `UPDATE ${s}.node SET until = now() WHERE node = $1 AND until > now()`,
    },
    nodes: {
      name: 'longwire_nodes',
      text: `
        SELECT node, name, until > now() AS is_alive, is_draining OR is_asked AS is_draining, sessions, turns, lag_ms,
          ${millis('started_at')} AS started_at, ${millis('seen_at')} AS seen_at
        FROM ${s}.node AS node WHERE until >= now() - ${FORGET_DEAD} ORDER BY name, started_at`,
    },
    drain: {
      name: 'longwire_drain',
      text: `UPDATE ${s}.node SET is_asked = $2 WHERE name = $1 AND until > now() RETURNING node`,
    },
    claim: {
      name: 'longwire_claim',
      text: `
        UPDATE ${session} SET owner = $2, epoch = epoch + 1, claim = $3
        WHERE key_digest = $1 AND (owner IS NULL OR owner = $2 OR NOT ${lives('session.owner')})
        RETURNING ${record}, ${timeline} AS timeline`,
    },
    owner: {
      name: 'longwire_owner',
      text: `SELECT session.owner,
          (SELECT node.name FROM ${s}.node AS node WHERE node.node = session.owner AND node.until > now()) AS name
        FROM ${session} WHERE key_digest = $1`,
    },
    release: {
      name: 'longwire_release',
      text: `UPDATE ${s}.session SET owner = NULL, rests = $4 WHERE key_digest = $1 AND owner = $2 AND epoch = $3`,
    },
    // Rows that another node is just taking are passed over. The list is made before it is joined, so that it is made once.
    adopt: {
      name: 'longwire_adopt',
      text: `
        WITH picked AS MATERIALIZED (
          SELECT id FROM ${session}
          WHERE status IN ('running', 'waiting') AND (
            (owner IS NULL AND NOT rests) OR (owner IS NOT NULL AND NOT ${lives('session.owner')})
            OR (owner = $1 AND claim = ANY($4::uuid[])))
          ORDER BY status, created_at, id LIMIT $2 FOR UPDATE SKIP LOCKED
        )
        UPDATE ${session} SET owner = $1, epoch = epoch + 1, claim = $3 FROM picked WHERE session.id = picked.id
        RETURNING ${record}, ${timeline} AS timeline`,
    },
    due: {
      name: 'longwire_due_here',
      text: `
        SELECT key FROM ${session}
        WHERE wake_at <= $2 AND (owner IS NULL OR owner = $1 OR NOT ${lives('session.owner')})
        ORDER BY wake_at, id LIMIT $3`,
    },
    useOnce: {
      name: 'longwire_use_once',
      text: `
        INSERT INTO ${s}.used AS used (name_digest, until) VALUES ($1, now() + $2::float8 * interval '1 millisecond')
        ON CONFLICT (name_digest) DO UPDATE SET until = excluded.until WHERE used.until <= now() RETURNING 1 AS one`,
    },
    forgetUsed: { name: 'longwire_forget_used', text: `DELETE FROM ${s}.used WHERE until < now()` },
  }
}
