import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { SqliteStore } from '../src/index.ts'
import { listSql } from '../src/list-sql.ts'
import { READ_SQL } from '../src/log-reader.ts'
import { APPLICATION_ID, MIGRATIONS, migrate, versionOf } from '../src/schema.ts'
import { texts } from './sessions.ts'
import { temporaryDirectory } from './temporary-directory.ts'

test('[L26] a file of the first version is brought forward when it is opened, with every commit', async () => {
  const directory = temporaryDirectory()
  mkdirSync(directory, { recursive: true })
  const file = join(directory, 'longwire.db')
  const old = new DatabaseSync(file)
  old.exec(`PRAGMA application_id = ${APPLICATION_ID}`)
  migrate(old, MIGRATIONS.slice(0, 1))
  expect(versionOf(old)).toBe(1)
  old.exec(`
    INSERT INTO session VALUES
      (7, 'a', 'session-a', 'analyst', 'ann', '{"title":"x"}', 'open-1', 3, 'waiting', 'abc', 10, 20);
    INSERT INTO appended (sid, last, lines) VALUES (7, 1, '{"n":1}'), (7, 3, '{"n":2}' || char(10) || '{"n":3}')`)
  old.close()

  const store = await SqliteStore.open({ directory, durability: 'process' })
  expect(await store.load('a')).toMatchObject({ head: 3, status: 'waiting', metadata: { title: 'x' }, updatedAt: 20 })
  expect(await texts(store, 'a')).toEqual(['{"n":1}', '{"n":2}', '{"n":3}'])
  await store.saveCheckpoint('a', { seq: 3, json: '{}' })
  expect(await store.loadCheckpoint('a')).toEqual({ seq: 3, json: '{}' })
  await store.close()
  const now = new DatabaseSync(file)
  expect(versionOf(now)).toBe(MIGRATIONS.length)
  now.close()
})

test('[L26] a step that fails is undone, and the file stays at the version before it', () => {
  const database = new DatabaseSync(':memory:')
  const steps = ['CREATE TABLE a (x)', 'INSERT INTO a VALUES (1)', 'CREATE TABLE b (x); INSERT INTO missing VALUES (1)']
  expect(() => migrate(database, steps)).toThrow('missing')
  expect(versionOf(database)).toBe(2)
  expect(database.prepare('SELECT count(*) AS n FROM sqlite_schema').get()).toEqual({ n: 1 })
  migrate(database, [...steps.slice(0, 2), 'INSERT INTO a VALUES (2)'])
  expect(database.prepare('SELECT x FROM a').all()).toEqual([{ x: 1 }, { x: 2 }])
})

test('no question that a server asks walks all sessions, or all of a history', () => {
  const database = new DatabaseSync(':memory:')
  migrate(database)
  const planOf = (sql: string) =>
    database
      .prepare(`EXPLAIN QUERY PLAN ${sql}`)
      .all()
      .map((row) => (row as { detail: string }).detail)
  const list = (query: Partial<Parameters<typeof listSql>[0]>) => planOf(listSql({ limit: 50, ...query }).sql)

  expect(planOf(READ_SQL)).toEqual([
    expect.stringMatching(/^SEARCH session USING .*\(key=\?\)$/),
    'SEARCH appended USING INDEX appended_by_place (sid=? AND last>?)',
  ])
  for (const cursor of [undefined, '1-1']) {
    expect(list({ principal: 'ann', cursor })[0]).toMatch(
      /^SEARCH session USING INDEX session_by_principal \(principal=\?/,
    )
    expect(list({ principal: 'ann', agent: 'x', cursor })).toHaveLength(1)
    expect(list({ status: 'running', cursor })[0]).toMatch(/^SEARCH session USING INDEX session_active \(status=\?/)
    expect(list({ status: 'waiting', cursor })).toHaveLength(1)
    expect(list({ cursor })[0]).toMatch(/USING INDEX session_by_time/)
    expect(list({ cursor })).toHaveLength(1)
  }
  expect(list({ principal: 'ann', command: 'open-1' })[0]).toMatch(/USING INDEX session_by_command/)
  expect(list({ principal: 'ann', command: 'open-1' })).toHaveLength(1)
})
