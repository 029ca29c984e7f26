import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { SqliteStore } from '../src/index.ts'
import { listSql } from '../src/list-sql.ts'
import { DUE_SQL, READ_SQL } from '../src/log-reader.ts'
import { APPLICATION_ID, MIGRATIONS, migrate, versionOf } from '../src/schema.ts'
import { newSession, texts } from './sessions.ts'
import { temporaryDirectory } from './temporary-directory.ts'

test('[L26] a file of the first version is brought forward when it is opened, with every commit', async () => {
  const directory = temporaryDirectory()
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

test('[L26] a file that version 2 left when it was killed is brought forward, with everything that was in it', async () => {
  const directory = temporaryDirectory()
  const file = join(directory, 'longwire.db')
  const old = new DatabaseSync(file)
  old.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL`)
  old.exec(readFileSync(new URL('./version-2.sql', import.meta.url), 'utf8'))
  old.exec(`PRAGMA user_version = 2; UPDATE file SET inode = '${statSync(file).ino}', born = NULL`)
  old.close()

  let store = await SqliteStore.open({ directory, durability: 'process', readBoot: () => 'boot-1' })
  expect(store.renewed).toBeUndefined()
  const a = (await store.load('a'))!
  expect(a).toEqual({
    key: 'a',
    session: 'session-a',
    agent: 'analyst',
    principal: 'ann',
    metadata: { title: 'Märkte' },
    command: 'open-1',
    head: 4,
    status: 'waiting',
    log: 'Q6dI9nUytsRb.NQEdwSyH',
    createdAt: 10,
    updatedAt: 30,
    wakeAt: undefined,
  })
  expect((await store.list({ limit: 5 })).items.map((record) => record.key)).toEqual(['b', 'a'])
  expect((await store.list({ principal: 'ann', command: 'open-1', limit: 5 })).items).toEqual([a])
  expect(await texts(store, 'a')).toEqual(['{"n":1}', '{"n":2}', '{"n":3}', '{"n":4}'])
  expect(await store.loadCheckpoint('a')).toEqual({ seq: 3, json: '{"at":3}' })
  expect(await store.due(Number.MAX_SAFE_INTEGER, 5)).toEqual([])

  await store.append('a', { head: 4, commits: ['{"n":5}'], at: 40, wakeAt: 1_000 })
  await store.create(newSession('gone', { wakeAt: 999 }), [])
  await store.close()
  store = await SqliteStore.open({ directory, durability: 'process', readBoot: () => 'boot-1' })
  expect(await store.load('a')).toEqual({ ...a, head: 5, updatedAt: 40, wakeAt: 1_000 })
  expect(await store.due(1_000, 5)).toEqual(['gone', 'a'])
  expect(await texts(store, 'gone')).toEqual([])
  await store.close()

  const now = new DatabaseSync(file)
  const made = new DatabaseSync(':memory:')
  migrate(made)
  expect(shapeOf(now)).toEqual(shapeOf(made))
  expect(now.prepare('SELECT count(*) AS n FROM appended WHERE sid = 1').get()).toEqual({ n: 0 })
  now.close()
})

/** Every table and index, as it is declared. */
function shapeOf(database: DatabaseSync): unknown[] {
  return database.prepare('SELECT type, name, sql FROM sqlite_schema ORDER BY name').all()
}

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
  // In the order of the index: nothing is sorted.
  expect(planOf(DUE_SQL)).toEqual(['SEARCH session USING INDEX session_by_wake (wake_at<?)'])
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
