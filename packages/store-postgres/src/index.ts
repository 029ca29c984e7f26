// The session log and the claims of many nodes on PostgreSQL.
export { redactedAddress } from './address.ts'
export type { PostgresStoreOptions } from './options.ts'
export { PostgresStore } from './postgres-store.ts'
