import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { type Tool, tool } from '@longwire/agent'
import { z } from 'zod'

const MOST_ROWS = 200
const MOST_MS = 3_000
const MOST_BYTES = 262_144

const Input = z.object({
  sql: z
    .string()
    .min(1)
    .max(4_000)
    .describe(
      'one SELECT over instruments(ticker, name, kind, sector, region, currency, description), prices(ticker, date, open, high, low, close, volume), notes(id, date, desk, title, body, tags)',
    ),
})

type Cell = string | number | null
export type RunSqlInput = z.infer<typeof Input>
export type RunSqlOutput = {
  columns: string[]
  rows: Cell[][]
  /** There were more rows than these. */
  cut: boolean
}

/** A query was refused, took too long, gave too much, or has a fault; the message says which. */
class SqlRefused extends Error {
  override readonly name = 'SqlRefused'
}

const READER = fileURLToPath(new URL('./sql-reader.ts', import.meta.url))

/**
 * Questions that no other tool answers. The query runs in a process of its own, on a connection that can only read: a
 * query that would run for hours is ended after three seconds and disturbs nobody.
 */
export function runSql(file: string): Tool<RunSqlInput, RunSqlOutput> {
  return tool({
    title: 'Query with SQL',
    description: `Runs one read-only SELECT (SQLite) on the market's tables, for what no other tool answers. At most ${MOST_ROWS} rows and ${MOST_MS / 1000} seconds.`,
    inputSchema: Input,
    idempotent: true,
    timeout: MOST_MS * 2,
    milestone: 'Querying the market with SQL',
    execute({ sql }, context) {
      const refusal = refusalOf(sql)
      if (refusal) throw new SqlRefused(refusal)
      return read(file, sql, context.signal)
    },
  })
}

function refusalOf(sql: string): string | undefined {
  if (sql.includes('\0')) return 'a query cannot hold a NUL character'
  if (!/^\s*(select|with|values)\b/i.test(sql)) return 'only a SELECT can be run here'
  return undefined
}

function read(file: string, sql: string, signal: AbortSignal): Promise<RunSqlOutput> {
  const { promise, resolve, reject } = Promise.withResolvers<RunSqlOutput>()
  const args = ['--disable-warning=ExperimentalWarning', READER, file, String(MOST_ROWS)]
  const limits = { timeout: MOST_MS, killSignal: 'SIGKILL', maxBuffer: MOST_BYTES, signal, env: {} } as const
  const child = execFile(process.execPath, args, limits, (error, stdout) => {
    if (signal.aborted) return reject(signal.reason)
    if (error?.code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER')
      return reject(new SqlRefused(`the result is over ${MOST_BYTES} bytes`))
    if (error?.killed) return reject(new SqlRefused(`the query took over ${MOST_MS} ms`))
    if (error) return reject(new SqlRefused('the query could not be run', { cause: error }))
    const answer = JSON.parse(stdout) as RunSqlOutput | { error: string }
    return 'error' in answer ? reject(new SqlRefused(answer.error)) : resolve(answer)
  })
  // The reader may be gone before it has read all: what it says then counts, not the broken pipe.
  child.stdin?.on('error', () => {})
  child.stdin?.end(sql)
  return promise
}
