import type { Statement } from './engine.ts'

/**
 * The statements that write. They use what engines that speak like Postgres have too: `unnest`, writing WITH, LATERAL,
 * ON CONFLICT; no types, functions or locks of one engine alone.
 */
export interface WriteStatements {
  readonly append: Statement
  readonly whyNot: Statement
  readonly create: Statement
  readonly whoHas: Statement
  readonly erase: Statement
}

/** `timeline` is an expression for the history of the cluster. */
export function writeStatements(s: string, timeline: string): WriteStatements {
  // The records of each are looked up by their numbers, so that no plan can make a square of the two lists.
  const records = (of: string) => `
    INSERT INTO ${s}.record (sid, last, append_id, lines)
    SELECT ${of}.id, ($1::int8[])[n], ${of}.append_id, convert_from(substring($4::bytea FROM ($2::int4[])[n] FOR ($3::int4[])[n]), 'UTF8')
    FROM ${of} CROSS JOIN LATERAL generate_series(${of}.piece, ${of}.pieces) AS pieces(n)`
  return {
    append: {
      name: `longwire_append`,
      text: `
        WITH asked AS (
          SELECT * FROM unnest($5::uuid[], $6::int8[], $7::int4[], $8::int8[], $9::text[], $10::int8[], $11::int8[], $12::uuid[], $13::int4[], $14::int4[],
              $15::text[], $16::text[], $17::text[], $18::text[])
            AS asked(key_digest, head, n, epoch, status, at, wake_at, append_id, piece, pieces,
              metadata, title_text, summary, summary_text)
        ), moved AS (
          UPDATE ${s}.session AS session
          SET head = asked.head + asked.n, updated_at = asked.at, status = coalesce(asked.status, session.status),
            metadata = coalesce(asked.metadata, session.metadata), title_text = coalesce(asked.title_text, session.title_text),
            summary = coalesce(asked.summary, session.summary), summary_text = coalesce(asked.summary_text, session.summary_text),
            wake_at = CASE WHEN asked.wake_at IS NULL THEN session.wake_at WHEN asked.wake_at < 0 THEN NULL ELSE asked.wake_at END
          FROM asked
          WHERE session.key_digest = asked.key_digest AND session.head = asked.head
            AND (asked.epoch IS NULL OR session.epoch = asked.epoch)
          RETURNING session.id, asked.key_digest, asked.append_id, asked.piece, asked.pieces
        ), kept AS (${records('moved')})
        SELECT key_digest FROM moved`,
    },
    // One row for each session that is there, with the id of the append that took the place which was asked for.
    whyNot: {
      name: 'longwire_why_not',
      text: `
        SELECT session.key_digest, session.head, session.epoch,
          (SELECT record.append_id FROM ${s}.record AS record
           WHERE record.sid = session.id AND record.last > asked.head ORDER BY record.last LIMIT 1) AS append_id
        FROM unnest($1::uuid[], $2::int8[]) AS asked(key_digest, head)
        JOIN ${s}.session AS session ON session.key_digest = asked.key_digest`,
    },
    create: {
      name: 'longwire_create',
      text: `
        WITH asked AS (
          SELECT * FROM unnest($5::uuid[], $6::text[], $7::text[], $8::text[], $9::text[], $10::uuid[], $11::text[], $12::uuid[], $13::text[],
              $14::int8[], $15::text[], $16::int8[], $17::int8[], $18::text[], $19::uuid[], $20::int4[], $21::int4[],
              $22::text[], $23::text[], $24::text[])
            WITH ORDINALITY AS asked(key_digest, key, session, agent, principal, principal_digest, command, command_digest, metadata,
              head, log, created_at, wake_at, owner, append_id, piece, pieces, summary, title_text, summary_text, place)
        ), made AS (
          INSERT INTO ${s}.session (key_digest, key, session, agent, principal, principal_digest, command, command_digest, metadata,
            head, log, created_at, updated_at, wake_at, owner, epoch, summary, title_text, summary_text)
          SELECT key_digest, key, session, agent, principal, principal_digest, command, command_digest, metadata,
            head, log, created_at, created_at, wake_at, owner, CASE WHEN owner IS NULL THEN 0 ELSE 1 END,
            summary, title_text, summary_text
          FROM asked ORDER BY place
          ON CONFLICT (key_digest) DO NOTHING RETURNING id, key_digest
        ), filled AS (
          SELECT made.id, asked.append_id, asked.piece, asked.pieces FROM made JOIN asked ON asked.key_digest = made.key_digest
        ), kept AS (${records('filled')})
        SELECT key_digest, ${timeline} AS timeline FROM made`,
    },
    whoHas: {
      name: 'longwire_who_has',
      text: `SELECT key_digest, log FROM ${s}.session WHERE key_digest = ANY($1::uuid[])`,
    },
    // The log itself goes later, in slices.
    erase: {
      name: 'longwire_erase',
      text: `
        WITH gone AS (DELETE FROM ${s}.session WHERE key_digest = ANY($1::uuid[]) RETURNING id)
        INSERT INTO ${s}.erased (sid) SELECT id FROM gone`,
    },
  }
}
