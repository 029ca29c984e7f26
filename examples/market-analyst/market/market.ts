import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import type { ToolContext } from '@longwire/agent'
import type { Instrument, Kind } from '../data/universe.ts'

export type { Instrument, Kind }

/** The file of prices and notes that ships with the example. */
export const MARKET_FILE = fileURLToPath(new URL('../data/market.sqlite', import.meta.url))

export type Parameters = Readonly<Record<string, SQLInputValue>>

/** A market's prices and notes, opened for reading only. */
export class Market {
  readonly #db: DatabaseSync
  readonly #prepared = new Map<string, StatementSync>()
  readonly firstDate: string
  /** The last day there are prices of: "today" for everyone who asks. */
  readonly lastDate: string
  readonly instruments: readonly Instrument[]

  constructor(path: string = MARKET_FILE) {
    this.#db = new DatabaseSync(path, { readOnly: true })
    const [span] = this.rows<{ first: string; last: string }>(
      'SELECT min(date) AS first, max(date) AS last FROM prices',
    )
    this.firstDate = span!.first
    this.lastDate = span!.last
    this.instruments = this.rows<Instrument>('SELECT * FROM instruments ORDER BY kind, sector, ticker')
  }

  rows<Row>(sql: string, parameters: Parameters = {}): Row[] {
    const statement = this.#prepared.get(sql) ?? this.#db.prepare(sql)
    this.#prepared.set(sql, statement)
    // node:sqlite gives objects without a prototype, which not every JSON check takes for plain ones.
    return statement.all(parameters).map((row) => ({ ...row }) as Row)
  }

  close(): void {
    this.#db.close()
  }
}

/** Runs a query for a tool, and leaves it in the trace for whoever looks closely. */
export function query<Row>(market: Market, context: ToolContext, sql: string, parameters: Parameters): Row[] {
  const rows = market.rows<Row>(sql, parameters)
  const detail = { sql: sql.replace(/\s+/g, ' ').trim(), parameters: shown(parameters), rows: rows.length }
  context.trace.note('SQL', { level: 'detail', kind: 'search', detail })
  return rows
}

function shown(parameters: Parameters): Record<string, string> {
  return Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, String(value)]))
}
