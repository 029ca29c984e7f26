// The embedded session log: one SQLite file, written by one thread that is not the caller's.
export type { Durability } from './log-file.ts'
export type { SqliteStoreOptions } from './sqlite-store.ts'
export { SqliteStore } from './sqlite-store.ts'
