import type { ConnectionOptions } from 'node:tls'

export interface PostgresStoreOptions {
  /**
   * `postgres://user:password@host:5432/database`, with `sslmode` (`disable`, `prefer`, `require`, `verify-ca`,
   * `verify-full`), `sslrootcert`, `sslcert` and `sslkey` as the other programs of Postgres take them. Without `sslmode` it
   * is `prefer`, which does not know whom it talks to; on loopback TLS is taken only where nothing else is.
   */
  readonly url: string
  /** The schema that its tables are in; made where it is missing. `longwire` unless given. */
  readonly schema?: string | undefined
  /** For TLS beyond what the URL says. */
  readonly tls?: ConnectionOptions | undefined
  /** Connections for appends; while each of them has a statement under way, appends gather. 2 unless given. */
  readonly writeConnections?: number | undefined
  /** Connections for reads at most. 4 unless given. */
  readonly readConnections?: number | undefined
  /** Connections for signs of life and claims at most. 2 unless given. */
  readonly claimConnections?: number | undefined
  /**
   * `transaction` says that a pooler is between that gives each transaction another connection; `none` that there is none.
   * Found out at opening unless given.
   */
  readonly pooler?: 'none' | 'transaction' | undefined
  /** How long the engine may be away, or silent, before what was asked is refused. 10 seconds unless given. */
  readonly patienceMs?: number | undefined
  /** How long one statement may take before its connection is given up, and it is asked again. 5 seconds unless given. */
  readonly statementMs?: number | undefined
}

export interface Settings {
  readonly schema: string
  readonly writeConnections: number
  readonly readConnections: number
  readonly claimConnections: number
  readonly patienceMs: number
  readonly statementMs: number
}

/** Throws a `RangeError` for what cannot be. */
export function settingsOf(options: PostgresStoreOptions): Settings {
  const { schema = 'longwire', writeConnections = 2, readConnections = 4, claimConnections = 2 } = options
  const { patienceMs = 10_000, statementMs = 5_000 } = options
  // Named without quotes in every statement, so that no name of a schema can be anything else than one.
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(schema) || schema.startsWith('pg_')) {
    throw new RangeError(
      `schema is ${JSON.stringify(schema)}: small letters, digits and _, at most 63, and no digit first`,
    )
  }
  const counts = { writeConnections, readConnections, claimConnections, patienceMs, statementMs }
  for (const [name, count] of Object.entries(counts)) {
    if (!Number.isSafeInteger(count) || count < 1) throw new RangeError(`${name} is ${count}: a whole number from 1`)
  }
  return { schema, ...counts }
}
