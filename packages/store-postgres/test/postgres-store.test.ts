import { claimsContract, storeContract } from '@longwire/store/contract'
import { afterAll, beforeAll, describe } from 'vitest'
import { PostgresProcess } from '../../../tests/postgres-process/postgres-process.ts'
import { hasPostgres } from '../../../tests/postgres-process/postgres-programs.ts'
import { PostgresStore } from '../src/index.ts'

describe.skipIf(!hasPostgres())('on a real Postgres', () => {
  let postgres: PostgresProcess
  let schemas = 0
  beforeAll(async () => {
    postgres = await PostgresProcess.start()
  }, 60_000)
  afterAll(() => postgres.close(), 60_000)

  const open = () => PostgresStore.open({ url: postgres.url(), schema: `s${++schemas}` })

  storeContract('the Postgres store', open)

  // Making tables costs more than a story: these share a schema, which is emptied between them.
  claimsContract('the Postgres store', async () => {
    const store = await PostgresStore.open({ url: postgres.url(), schema: 'claims' })
    await postgres.query('TRUNCATE claims.session, claims.record, claims.node, claims.used')
    const pass = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
    return { store, pass, close: () => store.close() }
  })
})
