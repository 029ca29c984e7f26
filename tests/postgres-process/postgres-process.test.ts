import { Client } from 'pg'
import { describe, expect, test } from 'vitest'
import { PostgresProcess } from './postgres-process.ts'
import { hasPostgres } from './postgres-programs.ts'

describe.skipIf(!hasPostgres())('the Postgres of the tests', () => {
  test('keeps what it acknowledged through kill -9, answers nothing while it is frozen, and leaves nothing behind', async () => {
    const postgres = await PostgresProcess.start()
    try {
      const database = await postgres.createDatabase()
      await postgres.query('CREATE TABLE kept AS SELECT 1 AS n', database)
      expect(await postgres.query('SHOW fsync')).toEqual([{ fsync: 'on' }])
      await postgres.kill()
      await expect(postgres.query('SELECT 1')).rejects.toThrow('ECONNREFUSED')
      await postgres.start()
      expect(await postgres.query('SELECT n FROM kept', database)).toEqual([{ n: 1 }])

      const client = new Client(postgres.url())
      await client.connect()
      postgres.freeze()
      const asked = client.query('SELECT 2 AS n')
      const late = await Promise.race([asked, new Promise((resolve) => setTimeout(() => resolve('late'), 50))])
      expect(late).toBe('late')
      postgres.thaw()
      expect((await asked).rows).toEqual([{ n: 2 }])
      await client.end()
      await postgres.stop()
      await postgres.start()
      expect(await postgres.query('SELECT n FROM kept', database)).toEqual([{ n: 1 }])
    } finally {
      await postgres.close()
    }
  })
})
