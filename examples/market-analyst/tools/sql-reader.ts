// The process behind run_sql: reads one query from stdin, runs it on a connection that can only read, and writes the
// rows as JSON. It imports nothing of ours, so that it starts in a moment.
import { readFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'

const [file = '', most = '0'] = process.argv.slice(2)

function answer(sql: string): object {
  const db = new DatabaseSync(file, { readOnly: true })
  // Nothing is written, not even a temporary file.
  db.exec('PRAGMA query_only = ON; PRAGMA temp_store = MEMORY')
  const statement = db.prepare(`SELECT * FROM (${sql.replace(/;\s*$/, '')}\n) LIMIT ${Number(most) + 1}`)
  statement.setReturnArrays(true)
  const columns = statement.columns().map(({ name }) => name)
  const rows = statement.all() as unknown as unknown[][]
  return { columns, rows: rows.slice(0, Number(most)).map((row) => row.map(cellOf)), cut: rows.length > Number(most) }
}

function cellOf(value: unknown): unknown {
  return value instanceof Uint8Array ? `(${value.length} bytes)` : value
}

try {
  process.stdout.write(JSON.stringify(answer(readFileSync(0, 'utf8'))))
} catch (error) {
  process.stdout.write(JSON.stringify({ error: error instanceof Error ? error.message : String(error) }))
}
