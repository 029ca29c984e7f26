import { spawnSync } from 'node:child_process'
import { chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hasPooler, PoolerProcess } from '../../../tests/postgres-process/pooler-process.ts'
import { PostgresProcess } from '../../../tests/postgres-process/postgres-process.ts'
import { hasPostgres, unprivilegedUser } from '../../../tests/postgres-process/postgres-programs.ts'
import { claimStatements } from '../src/claim-statements.ts'
import { PostgresStore } from '../src/index.ts'
import { readStatements } from '../src/read-statements.ts'
import { writeStatements } from '../src/write-statements.ts'
import { commit, newSession, range, texts } from './sessions.ts'

const disk = mountTinyDisk()

describe.skipIf(!hasPostgres())('a Postgres at its limits', { timeout: 60_000 }, () => {
  let postgres: PostgresProcess
  beforeAll(async () => {
    postgres = await PostgresProcess.start()
  }, 60_000)
  afterAll(async () => {
    await postgres.close()
    if (!disk) return
    spawnSync('umount', ['-l', disk])
    rmSync(disk, { recursive: true, force: true })
  }, 60_000)

  test.runIf(disk)(
    '[L28] a disk that is full refuses what does not fit, loses nothing, and goes on once there is room',
    async () => {
      const store = await PostgresStore.open({ url: postgres.url(), schema: 'tight' })
      const space = join(disk!, 'space')
      const ballast = join(disk!, 'ballast')
      mkdirSync(space)
      const { uid, gid } = unprivilegedUser()!
      chownSync(space, uid, gid)
      writeFileSync(ballast, Buffer.alloc(2_500_000))
      await postgres.query(`CREATE TABLESPACE tight LOCATION '${space}'`)
      await postgres.query('ALTER TABLE tight.record SET TABLESPACE tight')
      const logs = new Map(range(3).map((n) => [`s${n}`, [] as string[]]))
      for (const key of logs.keys()) await store.create(newSession(key), [])
      const append = (key: string, log: readonly string[], bytes: number) => {
        const text = commit(
          key,
          log.length,
          Buffer.from(range(bytes).map((n) => (n * 7919 * log.length) % 251)).toString('base64'),
        )
        return store.append(key, { head: log.length, commits: [text], at: 2 }).then(() => text)
      }
      const fillUp = async () => {
        for (let refused = 0; refused < 3; ) {
          const outcomes = await Promise.allSettled([...logs].map(([key, log]) => append(key, log, 9_000)))
          for (const [index, outcome] of outcomes.entries()) {
            if (outcome.status === 'fulfilled') logs.get(`s${index}`)!.push(outcome.value)
            else expect(outcome.reason).toMatchObject({ name: 'StoreUnavailable', fault: 'full' })
          }
          if (outcomes.some(({ status }) => status === 'rejected')) refused += 1
        }
        for (const [key, log] of logs) expect(await texts(store, key)).toEqual(log)
      }
      await fillUp()
      const before = logs.get('s0')!.length
      rmSync(ballast)
      await fillUp()
      expect(logs.get('s0')!.length).toBeGreaterThan(before)
      await store.close()
    },
  )

  test('[L34] a database that takes no writes for a while is waited for, on new connections, as long as is patient', async () => {
    const database = await postgres.createDatabase()
    const store = await PostgresStore.open({ url: postgres.url({ database }), patienceMs: 400 })
    const patient = await PostgresStore.open({ url: postgres.url({ database }), patienceMs: 30_000 })
    for (const key of ['a', 'b']) await store.create(newSession(key), [])
    await patient.append('b', { head: 0, commits: [commit(1)], at: 2 })
    const setReadOnly = async (isReadOnly: boolean) => {
      await postgres.query(
        `ALTER DATABASE ${database} SET default_transaction_read_only = ${isReadOnly ? 'on' : 'off'}`,
      )
      await postgres.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${database}'`)
    }
    await setReadOnly(true)
    const refused = store.append('a', { head: 0, commits: [commit(1)], at: 2 })
    const waiting = patient.append('b', { head: 1, commits: [commit(2)], at: 2 })
    await expect(refused).rejects.toMatchObject({
      name: 'StoreUnavailable',
      message: expect.stringContaining('takes no writes'),
    })
    expect(await texts(store, 'a')).toEqual([])
    // Not by killing the connections again: they have to be left by themselves.
    await postgres.query(`ALTER DATABASE ${database} SET default_transaction_read_only = off`)
    expect(await waiting).toBe(2)
    expect(await store.append('a', { head: 0, commits: [commit(1)], at: 2 })).toBe(1)
    await store.close()
    await patient.close()
  })

  test('[L37] a database that has no connection free says so, and is let in once it has', async () => {
    await postgres.query(
      "CREATE USER crowd PASSWORD 'crowd' CONNECTION LIMIT 1; GRANT ALL ON DATABASE postgres TO crowd",
    )
    const url = postgres.url({ user: 'crowd', password: 'crowd' })
    const opening = PostgresStore.open({ url, schema: 'crowd', patienceMs: 200 })
    await expect(opening).rejects.toMatchObject({
      fault: 'unavailable',
      message: expect.stringContaining('has no connection free: raise max_connections, or give fewer to each node'),
    })
    const patient = PostgresStore.open({ url, schema: 'crowd', patienceMs: 30_000 })
    await postgres.query('ALTER USER crowd CONNECTION LIMIT 20')
    await (await patient).close()
  })

  describe.skipIf(!hasPooler())('behind a pooler', () => {
    test('[L5] [L35] [N4] in transaction mode all holds that holds without, and it is noted', async () => {
      const pooler = await PoolerProcess.start(postgres, 'transaction')
      const database = await postgres.createDatabase()
      const url = postgres.url({ port: pooler.port, database })
      const stores = await Promise.all([PostgresStore.open({ url }), PostgresStore.open({ url })])
      for (const { notes } of stores) expect(notes).toEqual([expect.stringContaining('a pooler in transaction mode')])
      const keys = range(10).map((n) => `s${n}`)
      await Promise.all(keys.map((key) => stores[0]!.create(newSession(key), [commit(key)])))
      for (const head of range(10)) {
        const tries = await Promise.allSettled(
          keys.flatMap((key) =>
            stores.map((store, n) => store.append(key, { head: head + 1, commits: [commit(key, head, n)], at: 2 })),
          ),
        )
        expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(keys.length)
      }
      for (const key of keys) expect(await texts(stores[1]!, key)).toHaveLength(11)
      const claims = await Promise.all(stores.map((store, n) => store.claims.claim('s1', `n${n}`)))
      for (const n of [0, 1]) await stores[n]!.claims.beat(beatOf(`n${n}`), 60_000)
      expect(claims.map((claim) => claim!.kind).sort()).toContain('claimed')
      await stores[0]!.erase('s2')
      expect((await stores[1]!.list({ limit: 500 })).items).toHaveLength(9)
      for (const store of stores) await store.close()
      await pooler.close()
    })

    test('[L37] one in statement mode is refused, with what to do', async () => {
      const pooler = await PoolerProcess.start(postgres, 'statement')
      const database = await postgres.createDatabase()
      const opening = PostgresStore.open({ url: postgres.url({ port: pooler.port, database }) })
      await expect(opening).rejects.toMatchObject({
        name: 'StoreUnavailable',
        message: expect.stringContaining('set its pool_mode to transaction'),
      })
      await pooler.close()
    })
  })

  describe('with many sessions', () => {
    const SESSIONS = Number(process.env.SESSIONS ?? 20_000)
    let store: PostgresStore

    beforeAll(async () => {
      store = await PostgresStore.open({ url: postgres.url(), schema: 'many' })
      await postgres.query(`
        INSERT INTO many.session (key_digest, key, session, agent, principal, principal_digest, metadata, head, log,
          created_at, updated_at, wake_at, epoch)
        SELECT md5('k' || n)::uuid, 'k' || n, 's' || n, 'analyst', 'p' || n % 1000, md5('p' || n % 1000)::uuid, '{}', 1, 'l' || n,
          n, n, CASE WHEN n % 100 = 0 THEN n END, 0 FROM generate_series(1, ${SESSIONS}) AS n`)
      await postgres.query(`
        INSERT INTO many.record (sid, last, append_id, lines)
        SELECT id, 1, gen_random_uuid(), '{"is":"' || key || '"}' FROM many.session`)
      await postgres.query('ANALYZE many.session; ANALYZE many.record')
    }, 120_000)
    afterAll(() => store.close())

    test('an idle session costs rows, and no memory of the process that serves it', async () => {
      const use = async (from: number) => {
        const keys = range(500).map((n) => `used-${from + n}`)
        await Promise.all(keys.map((key) => store.create(newSession(key, { owner: 'n1' }), [commit(key)])))
        await Promise.all(keys.map((key) => store.append(key, { head: 1, commits: [commit(key)], at: 2, epoch: 1 })))
        await Promise.all(keys.map((key) => store.load(key)))
        for (let cursor: string | undefined, pages = 0; pages < 5; pages += 1) {
          cursor = (await store.list({ limit: 500, cursor })).cursor
        }
        await store.claims.due('n1', 1e12, 500)
      }
      await use(0)
      const before = heap()
      for (const n of [1, 2, 3]) await use(n * 500)
      expect((heap() - before) / 1_500).toBeLessThan(400)
      expect(await postgres.query('SELECT count(*) AS n FROM many.session')).toEqual([{ n: String(SESSIONS + 2_000) }])
    })

    test('no question that a node asks walks all sessions, or all of a history', async () => {
      const [write, read, claims] = [
        writeStatements('many', "''"),
        readStatements('many', "''"),
        claimStatements('many', "''"),
      ]
      const { list, ...reads } = read
      const lists = [
        {},
        { cursor: '1-1' },
        { principal: 'p1' },
        { principal: 'p1', cursor: '1-1', q: 'x' },
        { principal: 'p1', command: 'c' },
        { status: 'running' as const },
        { status: 'waiting' as const, cursor: '1-1' },
      ].map((query) => list({ limit: 50, ...query }))
      const client = new Client(postgres.url())
      await client.connect()
      await client.query('SET plan_cache_mode = force_generic_plan')
      const asked = [...Object.values(write), ...Object.values(reads), ...Object.values(claims), ...lists]
      for (const [index, { name, text }] of asked.entries()) {
        const parameters = Math.max(0, ...[...text.matchAll(/\$(\d+)/g)].map(([, n]) => Number(n)))
        await client.query(`PREPARE ask_${index} AS ${text}`)
        const nulls =
          parameters > 0
            ? `(${range(parameters)
                .map(() => 'NULL')
                .join(', ')})`
            : ''
        const { rows } = await client.query(`EXPLAIN EXECUTE ask_${index}${nulls}`)
        const plan = rows.map((row) => row['QUERY PLAN']).join('\n')
        expect(plan, `${name}\n${plan}`).not.toMatch(/Seq Scan on (session|record|checkpoint)/)
      }
      await client.end()
    })
  })
})

function beatOf(node: string) {
  return { node, name: node, sessions: 0, turns: 0, lagMs: 0, isDraining: false }
}

/** Bytes of objects that are in use. */
function heap(): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  collect()
  return process.memoryUsage().heapUsed
}

/** A file system of its own; undefined where this user may not mount one. */
function mountTinyDisk(): string | undefined {
  if (process.getuid?.() !== 0) return undefined
  const directory = mkdtempSync(join(tmpdir(), 'longwire-tiny-'))
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=4m,mode=755', 'tmpfs', directory])
  return mounted.status === 0 ? directory : undefined
}
