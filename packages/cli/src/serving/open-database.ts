import type { ServerOptions } from '@longwire/server'
import type { SessionStore } from '@longwire/store'

/** The log in the database at this address, which may hold a password: nothing that is said here shows it. */
export async function openDatabase(url: string, log: ServerOptions['log']): Promise<SessionStore> {
  const { PostgresStore } = await import('@longwire/store-postgres') // only who has a database waits for its driver
  const store = await PostgresStore.open({ url })
  for (const note of store.notes) log?.warn(note)
  return store
}
