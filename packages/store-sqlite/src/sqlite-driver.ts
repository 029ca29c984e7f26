import type { DatabaseSync } from 'node:sqlite'
import { FaultError } from './fault.ts'

type Sqlite = typeof import('node:sqlite')

let loaded: Sqlite | undefined

/** Opens a database. `node:sqlite` is loaded at the first call, without the warning that it is experimental. */
export function openDatabase(file: string, options: { readOnly: boolean }): DatabaseSync {
  loaded ??= loadSqlite()
  return new loaded.DatabaseSync(file, options)
}

function loadSqlite(): Sqlite {
  const emit = process.emitWarning
  process.emitWarning = ((warning: string | Error, ...rest: never[]) => {
    if (!String(warning).includes('SQLite is an experimental feature')) emit.call(process, warning, ...rest)
  }) as typeof emit
  try {
    const sqlite = process.getBuiltinModule('node:sqlite')
    if (!sqlite) throw new FaultError('failed', `node:sqlite is not in Node ${process.version}: use 22.13 or later`)
    return sqlite
  } finally {
    process.emitWarning = emit
  }
}
