import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type StoreFault, StoreUnavailable } from '@longwire/store'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PostgresProcess } from '../../../tests/postgres-process/postgres-process.ts'
import { hasPostgres } from '../../../tests/postgres-process/postgres-programs.ts'
import { PostgresStore, type PostgresStoreOptions } from '../src/index.ts'
import { MIGRATIONS } from '../src/schema.ts'
import { commit, newSession, range, texts } from './sessions.ts'

describe.skipIf(!hasPostgres())('opening a Postgres', { timeout: 60_000 }, () => {
  let postgres: PostgresProcess

  beforeAll(async () => {
    const access = `
      local all all reject
      hostnossl encrypted all 127.0.0.1/32 reject
      host all all 127.0.0.1/32 scram-sha-256`
    postgres = await PostgresProcess.start({ tls: true, access })
    await postgres.query('CREATE DATABASE encrypted')
    await postgres.query('CREATE DATABASE latin ENCODING LATIN1 TEMPLATE template0')
    await postgres.query("CREATE USER guest PASSWORD 'guest'")
  }, 60_000)
  afterAll(() => postgres.close(), 60_000)

  async function refusal(options: PostgresStoreOptions, fault: StoreFault): Promise<string> {
    const opening = PostgresStore.open({ patienceMs: 2_000, ...options })
    const error = await opening.then(
      (store) => store.close(),
      (reason) => reason,
    )
    expect(error).toBeInstanceOf(StoreUnavailable)
    expect(error).toMatchObject({ fault })
    return error.message
  }

  async function opens(options: PostgresStoreOptions): Promise<PostgresStore> {
    const store = await PostgresStore.open(options)
    await store.close()
    return store
  }

  test('[L37] what keeps a store from opening is said, with what to do, and without the password', async () => {
    const at = `longwire@127.0.0.1:${postgres.port}`
    const refused: [string, StoreFault, string][] = [
      [postgres.url({ password: 'guessed' }), 'unwritable', 'the user or the password is wrong'],
      [postgres.url({ database: 'nowhere' }), 'unwritable', 'there is no such database: create it'],
      [postgres.url({ database: 'latin' }), 'unwritable', 'its encoding is LATIN1, which does not hold every text'],
      [`${postgres.url({ database: 'encrypted' })}?sslmode=disable`, 'unwritable', 'look at pg_hba.conf and sslmode'],
      [`${postgres.url()}?sslmode=verify-full`, 'unavailable', 'its certificate is not one to trust'],
      [postgres.url({ user: 'guest', password: 'guest' }), 'unwritable', 'grant this user the right to'],
    ]
    for (const [url, fault, says] of refused) {
      const message = await refusal({ url, schema: 'refused' }, fault)
      expect(message).toContain(says)
      const { username, password } = new URL(url)
      for (const secret of [password, decodeURIComponent(password)]) {
        if (username !== secret) expect(message).not.toContain(secret)
      }
      if (says !== 'grant this user the right to') expect(message).toContain(at)
    }
    const bare = `postgres://longwire@127.0.0.1:${postgres.port}/postgres`
    expect(await refusal({ url: bare }, 'unwritable')).toContain(
      'the database wants a password: put it into the address',
    )
    const away = await refusal({ url: 'postgres://ann:secret@127.0.0.1:1/log', patienceMs: 100 }, 'unavailable')
    expect(away).toContain('cannot use the database postgres://ann@127.0.0.1:1/log: the database cannot be reached')
    for (const url of [
      'secret',
      'http://ann:secret@host/log',
      'postgres://ann:secret@host:port/log',
      'postgres://h/d?sslmode=secret',
    ]) {
      const message = await refusal({ url }, 'unavailable')
      if (!url.includes('sslmode')) expect(message).not.toContain('secret')
    }
    for (const schema of ['', 'Longwire', 'a"b', 'pg_log', '1', 'x'.repeat(64)]) {
      await expect(PostgresStore.open({ url: postgres.url(), schema })).rejects.toBeInstanceOf(RangeError)
    }
  })

  test('[L37] TLS is as the address asks for it: encrypted, known, and named', async () => {
    const url = postgres.url({ database: 'encrypted' })
    for (const asked of ['', '?sslmode=prefer', '?sslmode=require']) await opens({ url: `${url}${asked}` })
    for (const mode of ['require', 'verify-ca', 'verify-full']) {
      await opens({ url: `${url}?sslmode=${mode}&sslrootcert=${encodeURIComponent(postgres.certificate)}` })
    }
    await opens({ url, tls: { ca: readFileSync(postgres.certificate) } })
    const named = url.replace('127.0.0.1', 'localhost')
    const authority = `sslrootcert=${encodeURIComponent(postgres.certificate)}`
    expect(await refusal({ url: `${named}?sslmode=verify-full&${authority}` }, 'unavailable')).toContain('certificate')
    await opens({ url: `${named}?sslmode=verify-ca&${authority}` })
  })

  test('[L26] nodes that open an empty database at once make its tables once', async () => {
    const url = postgres.url()
    const stores = await Promise.all(range(5).map(() => PostgresStore.open({ url, schema: 'at_once' })))
    await stores[0]!.create(newSession('a'), [commit(1)])
    for (const store of stores) expect(await texts(store, 'a')).toEqual([commit(1)])
    const secrets = await Promise.all(stores.map((store) => store.claims.secret()))
    expect(new Set(secrets).size).toBe(1)
    for (const store of stores) await store.close()
    // Whoever may use the tables need not have the right to make some.
    await postgres.query('GRANT USAGE ON SCHEMA at_once TO guest; GRANT ALL ON ALL TABLES IN SCHEMA at_once TO guest')
    const guest = await PostgresStore.open({
      url: postgres.url({ user: 'guest', password: 'guest' }),
      schema: 'at_once',
    })
    expect(await guest.append('a', { head: 1, commits: [commit(2)], at: 2 })).toBe(2)
    await guest.close()
  })

  test('[L26] a schema of a newer version is refused, untouched', async () => {
    await opens({ url: postgres.url(), schema: 'from_later' })
    await postgres.query('UPDATE from_later.store SET version = 99')
    const message = await refusal({ url: postgres.url(), schema: 'from_later' }, 'newer')
    expect(message).toContain('schema from_later has version 99')
    expect(message).toContain(`knows versions up to ${MIGRATIONS.length}: run the newer Longwire`)
    expect(await postgres.query('SELECT version FROM from_later.store')).toEqual([{ version: 99 }])
  })

  test('[L26] an engine without advisory locks, and without a history to tell, is opened all the same', async () => {
    const database = await postgres.createDatabase()
    const missing = (name: string, takes: string, gives: string) => `
      CREATE FUNCTION lacks.${name}(${takes}) RETURNS ${gives} LANGUAGE plpgsql AS
      $$ BEGIN RAISE EXCEPTION 'function ${name} does not exist' USING ERRCODE = '42883'; END $$;`
    await postgres.query(
      `CREATE SCHEMA lacks;
       ${missing('pg_advisory_xact_lock', 'int4, int4', 'void')}
       ${missing('pg_current_wal_lsn', '', 'pg_lsn')}
       ALTER DATABASE ${database} SET search_path = lacks, pg_catalog, public`,
      database,
    )
    const url = postgres.url({ database })
    const stores = await Promise.all(range(3).map(() => PostgresStore.open({ url })))
    const { log } = await stores[0]!.create(newSession('a'), [])
    expect((await stores[1]!.load('a'))!.log).toBe(log)
    for (const store of stores) await store.close()
  })

  test('what an operator should know of the database is noted', async () => {
    const database = await postgres.createDatabase()
    expect((await opens({ url: postgres.url({ database }) })).notes).toEqual([])
    await postgres.query(`ALTER DATABASE ${database} SET synchronous_commit = off`)
    const { notes } = await opens({ url: postgres.url({ database }) })
    expect(notes).toEqual([expect.stringContaining('synchronous_commit is off')])
  })

  test('[L36] the identity of logs stays over a crash, and changes when the database goes on from an earlier moment', async () => {
    const url = postgres.url()
    const store = await PostgresStore.open({ url, schema: 'history' })
    const { log } = await store.create(newSession('a'), [commit(1)])
    await postgres.kill()
    await postgres.start()
    expect((await store.load('a'))!.log).toBe(log)
    expect(store.renewed).toBeUndefined()

    // What a restored backup does, and a replica that is promoted: it begins a timeline of its own.
    await postgres.stop()
    writeFileSync(join(postgres.directory, 'data', 'recovery.signal'), '')
    await postgres.start()
    await postgres.query('SELECT pg_is_in_recovery()')
    const after = (await store.load('a'))!
    expect(after.log).not.toBe(log)
    expect(store.renewed).toBe('promoted')
    expect(await store.list({ limit: 1 })).toMatchObject({ items: [{ log: after.log }] })
    expect((await store.create(newSession('b'), [])).log.split('.')[1]).toBe(after.log.split('.')[1])
    await store.close()
    const next = await PostgresStore.open({ url, schema: 'history' })
    expect([(await next.load('a'))!.log, next.renewed]).toEqual([after.log, undefined])
    await next.close()

    // Another cluster of databases, into which the tables were copied.
    await postgres.query("UPDATE history.store SET system = 'another'")
    const moved = await PostgresStore.open({ url, schema: 'history' })
    expect((await moved.load('a'))!.log).not.toBe(after.log)
    expect(moved.renewed).toBe('replaced')
    await moved.close()
  })
})
