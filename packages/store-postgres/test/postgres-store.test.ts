import { claimsContract, storeContract } from '@longwire/store/contract'
import { afterAll, beforeAll, describe } from 'vitest'
import { PostgresProcess } from '../../../tests/postgres-process/postgres-process.ts'
import { hasPostgres } from '../../../tests/postgres-process/postgres-programs.ts'
import { PostgresStore } from '../src/index.ts'

describe.skipIf(!hasPostgres())('on a real Postgres', () => {
  let postgres: PostgresProcess
  /** A database whose clock the tests may move. */
  let clocked: string
  let schemas = 0

  beforeAll(async () => {
    postgres = await PostgresProcess.start()
    clocked = await postgres.createDatabase()
    await postgres.query(
      `CREATE SCHEMA clock;
       CREATE TABLE clock.moved (by interval NOT NULL);
       INSERT INTO clock.moved VALUES ('0');
       CREATE FUNCTION clock.now() RETURNS timestamptz LANGUAGE sql STABLE
         AS 'SELECT pg_catalog.now() + (SELECT by FROM clock.moved)';
       ALTER DATABASE ${clocked} SET search_path = clock, pg_catalog`,
      clocked,
    )
  }, 60_000)
  afterAll(() => postgres.close(), 60_000)

  storeContract('the Postgres store', () => PostgresStore.open({ url: postgres.url(), schema: `s${++schemas}` }))

  // Making tables costs more than a story: these share a schema, which is emptied between them.
  claimsContract('the Postgres store', async () => {
    const store = await PostgresStore.open({ url: postgres.url({ database: clocked }) })
    await postgres.query('TRUNCATE longwire.session, longwire.record, longwire.node, longwire.used', clocked)
    const pass = async (ms: number) => {
      await postgres.query(`UPDATE clock.moved SET by = by + interval '${ms} milliseconds'`, clocked)
    }
    return { store, pass, close: () => store.close() }
  })
})
