// The session log and the claims of many nodes on PostgreSQL.
export type { PostgresStoreOptions } from './options.ts'
export { PostgresStore } from './postgres-store.ts'
