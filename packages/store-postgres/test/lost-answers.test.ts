import { Fenced, HeadMoved, SessionExists, StoreUnavailable } from '@longwire/store'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { FaultProxy, type Piece, type Weather } from '../../../tests/postgres-process/fault-proxy.ts'
import { PostgresProcess } from '../../../tests/postgres-process/postgres-process.ts'
import { hasPostgres } from '../../../tests/postgres-process/postgres-programs.ts'
import { PostgresStore, type PostgresStoreOptions } from '../src/index.ts'
import { chance, commit, newSession, range, texts } from './sessions.ts'

const RACES = Number(process.env.RACES ?? 200)
const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31))

describe.skipIf(!hasPostgres())('what is asked of a Postgres that may not answer', { timeout: 60_000 }, () => {
  let postgres: PostgresProcess
  let proxy: FaultProxy
  /** Talks to the database without the proxy. */
  let direct: PostgresStore

  beforeAll(async () => {
    postgres = await PostgresProcess.start()
    proxy = await FaultProxy.start(postgres.port)
    direct = await PostgresStore.open({ url: postgres.url() })
  }, 60_000)
  afterAll(async () => {
    await direct.close()
    await proxy.close()
    await postgres.close()
  })

  /** Opening has to be quick as well where the patience is short: on a busy machine it takes a try more. */
  async function through(options: Partial<PostgresStoreOptions> = {}): Promise<PostgresStore> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await PostgresStore.open({ url: postgres.url({ port: proxy.port }), ...options })
      } catch (error) {
        if (tries === 10) throw error
      }
    }
  }

  /** A store behind a line that breaks as `weather` says from now on; the line is whole again afterwards. */
  async function beside(
    options: Partial<PostgresStoreOptions>,
    story: (store: PostgresStore) => Promise<void>,
  ): Promise<void> {
    const store = await through(options)
    try {
      await story(store)
    } finally {
      proxy.heal()
      await store.close()
    }
  }

  async function refusal(work: Promise<unknown>): Promise<StoreUnavailable> {
    const error = await work.then(
      () => undefined,
      (reason) => reason,
    )
    expect(error).toBeInstanceOf(StoreUnavailable)
    return error
  }

  test('[L37] a database without TLS is taken where that is allowed, and refused where it is not', async () => {
    await (await PostgresStore.open({ url: `${postgres.url()}?sslmode=prefer` })).close()
    const refused = await refusal(PostgresStore.open({ url: `${postgres.url()}?sslmode=require` }))
    expect(refused.message).toContain('it has no TLS')
  })

  test(`[L6] of two nodes that append after the same head, exactly one wins, in each of ${RACES} races`, async () => {
    const other = await PostgresStore.open({ url: postgres.url() })
    const keys = range(20).map((n) => `race-${n}`)
    for (const key of keys) await direct.create(newSession(key), [])
    const rounds = Math.ceil(RACES / keys.length)
    const won = new Map(keys.map((key) => [key, [] as string[]]))
    for (const head of range(rounds)) {
      await Promise.all(
        keys.map(async (key) => {
          const tries = await Promise.allSettled(
            [direct, other].map((store, node) =>
              store.append(key, { head, commits: [commit(key, head, node)], at: 2 }),
            ),
          )
          const winners = range(2).filter((node) => tries[node]!.status === 'fulfilled')
          expect(winners).toHaveLength(1)
          const lost = tries[1 - winners[0]!] as PromiseRejectedResult
          expect(lost.reason).toBeInstanceOf(HeadMoved)
          won.get(key)!.push(commit(key, head, winners[0]!))
        }),
      )
    }
    for (const key of keys) expect(await texts(direct, key)).toEqual(won.get(key))
    await other.close()
  })

  test(`[L35] whatever answers are lost, each commit is in the log once, in its order (seed ${SEED})`, async () => {
    const random = chance(SEED)
    await beside({ statementMs: 2_000, patienceMs: 30_000 }, async (store) => {
      const before = proxy.broken
      const inUse = new Set<object>()
      proxy.weather = ({ from, data, line }) => {
        // Not while it is made: that would only take time.
        if (from === 'client' && data.includes('longwire_')) inUse.add(line)
        if (!inUse.has(line) || random() > 0.15) return 'pass'
        return from === 'server' ? 'break-after' : 'break-before'
      }
      await Promise.all(
        range(12).map(async (n) => {
          const key = `lost-${n}`
          const log = [commit(key, 'made')]
          await store.create(newSession(key), log)
          while (log.length < 20 || proxy.broken - before < 12) {
            const commits = range(1 + Math.floor(random() * 3)).map((k) => commit(key, log.length, k))
            const head = log.push(...commits)
            expect(await store.append(key, { head: head - commits.length, commits, at: head })).toBe(head)
          }
          expect(await texts(store, key)).toEqual(log)
        }),
      )
    })
  })

  test('[L35] an append that was done and never answered is found, also when others have appended after it', async () => {
    await beside({ writeConnections: 1 }, async (store) => {
      await direct.create(newSession('overtaken', { owner: 'n1' }), [])
      proxy.weather = onceAsked(commit('mine'), 'break-after', 'silence')
      const mine = store.append('overtaken', { head: 0, commits: [commit('mine')], at: 2, epoch: 1 })
      await until(async () => (await direct.load('overtaken'))!.head === 1)
      await direct.append('overtaken', { head: 1, commits: [commit('theirs')], at: 3 })
      await direct.claims.claim('overtaken', 'n2')
      proxy.heal()
      expect(await mine).toBe(1)
      expect(await texts(direct, 'overtaken')).toEqual([commit('mine'), commit('theirs')])
      const next = store.append('overtaken', { head: 2, commits: [commit('late')], at: 4, epoch: 1 })
      await expect(next).rejects.toBeInstanceOf(Fenced)
    })
  })

  test('[L35] an append that was lost on its way is refused where another took its place, and never gets another', async () => {
    await beside({ writeConnections: 1 }, async (store) => {
      await direct.create(newSession('taken'), [])
      let isLost = false
      proxy.weather = onceAsked(commit('mine'), 'break-before', 'silence', () => {
        isLost = true
      })
      const mine = store.append('taken', { head: 0, commits: [commit('mine')], at: 2 })
      await until(async () => isLost)
      await direct.append('taken', { head: 0, commits: [commit('theirs')], at: 3 })
      proxy.heal()
      await expect(mine).rejects.toMatchObject({ name: 'HeadMoved', expected: 0, actual: 1 })
      expect(await texts(direct, 'taken')).toEqual([commit('theirs')])
    })
  })

  test('[L35] a session whose making was not answered is found to be made, and one of another stays theirs', async () => {
    await beside({ writeConnections: 1 }, async (store) => {
      proxy.weather = onceAsked(commit('first'), 'break-after', 'pass')
      const made = await store.create(newSession('made'), [commit('first')])
      expect(await direct.load('made')).toEqual(made)
      let isLost = false
      proxy.weather = onceAsked('session-theirs', 'break-before', 'silence', () => {
        isLost = true
      })
      const late = store.create(newSession('theirs', { principal: 'eve' }), [])
      await until(async () => isLost)
      const theirs = await direct.create(newSession('theirs'), [])
      proxy.heal()
      await expect(late).rejects.toBeInstanceOf(SessionExists)
      expect(await direct.load('theirs')).toEqual(theirs)
    })
  })

  test('[L34] what cannot be answered for longer than the patience is refused: as unknown where it was sent', async () => {
    await beside({ statementMs: 1_000, patienceMs: 1_000, writeConnections: 1 }, async (store) => {
      for (const key of ['sent', 'unsent']) await direct.create(newSession(key), [])
      proxy.weather = onceAsked(commit('sent'), 'break-after', 'break-before')
      const sent = store.append('sent', { head: 0, commits: [commit('sent')], at: 2 })
      const error = await refusal(sent)
      expect(error.fault).toBe('unknown')
      expect(error.message).toContain('whether the append for sent is in the log is not known')
      const others = [
        store.append('unsent', { head: 0, commits: [commit('unsent')], at: 2 }),
        store.create(newSession('never'), []),
        store.load('sent'),
        store.read('sent', 0, { limit: 1, bytes: 1 }),
        store.claims.nodes(),
      ]
      const faults = (await Promise.all(others.map(refusal))).map(({ fault }) => fault)
      expect(faults).toEqual(others.map(() => 'unavailable'))
      proxy.heal()
      expect(await texts(store, 'sent')).toEqual([commit('sent')])
      expect(await texts(store, 'unsent')).toEqual([])
      expect(await store.append('sent', { head: 1, commits: [commit('then')], at: 3 })).toBe(2)
      expect(await store.append('unsent', { head: 0, commits: [commit('then')], at: 3 })).toBe(1)
    })
  })

  test('[L34] a Postgres that hangs keeps nobody waiting for ever, and what it was told is done once when it wakes', async () => {
    await beside({ statementMs: 1_000, patienceMs: 1_000 }, async (store) => {
      await direct.create(newSession('hangs'), [])
      await store.append('hangs', { head: 0, commits: [commit('before')], at: 2 })
      postgres.freeze()
      const append = refusal(store.append('hangs', { head: 1, commits: [commit('during')], at: 2 }))
      const read = refusal(store.load('hangs'))
      expect([(await append).fault, (await read).fault]).toEqual(['unknown', 'unavailable'])
      postgres.thaw()
      const { head } = (await store.load('hangs'))!
      expect([1, 2]).toContain(head)
      await store.append('hangs', { head, commits: [commit('after')], at: 3 }).catch((error) => {
        // The statement of before may come to its end just now.
        expect(error).toMatchObject({ name: 'HeadMoved', actual: 2 })
      })
      const log = await texts(store, 'hangs')
      expect(log).toEqual([...new Set(log)])
    })
  })

  test('[N4] a claim whose answer was lost is not forgotten: the next sweep of the node brings the session', async () => {
    await beside({ statementMs: 1_000, patienceMs: 500, claimConnections: 1 }, async (store) => {
      await store.claims.beat(beatOf('n1'), 60_000)
      await direct.create(newSession('stray'), [])
      await direct.append('stray', { head: 0, commits: [commit('open')], at: 2, status: 'running' })
      proxy.weather = onceAsked('longwire_adopt', 'break-after', 'break-before')
      expect((await refusal(store.claims.adopt('n1', 10))).fault).toBe('unavailable')
      proxy.heal()
      expect(await direct.load('stray')).toMatchObject({ owner: 'n1', epoch: 1 })
      const adopted = await store.claims.adopt('n1', 10)
      expect(adopted.map(({ record, epoch }) => [record.key, epoch])).toEqual([['stray', 2]])
    })
  })

  test('[L22] no commit that was acknowledged is lost when the postmaster is killed, and none is there twice', async () => {
    const nodes = await Promise.all([through({ patienceMs: 30_000 }), through({ patienceMs: 30_000 })])
    const sessions = range(16).map((n) => ({ key: `killed-${n}`, store: nodes[n % 2]!, acknowledged: [] as string[] }))
    for (const { key, store } of sessions) await store.create(newSession(key), [])
    let isOver = false
    const writing = sessions.map(async ({ key, store, acknowledged }) => {
      while (!isOver || acknowledged.length < 5) {
        const head = acknowledged.length
        await store.append(key, { head, commits: [commit(key, head)], at: 2 })
        acknowledged.push(commit(key, head))
      }
    })
    for (const _ of range(2)) {
      const before = sessions[0]!.acknowledged.length
      await until(async () => sessions[0]!.acknowledged.length > before + 10)
      await postgres.kill()
      await postgres.start()
    }
    isOver = true
    await Promise.all(writing)
    for (const { key, acknowledged } of sessions) expect(await texts(direct, key)).toEqual(acknowledged)
    for (const node of nodes) await node.close()
  })
})

function beatOf(node: string) {
  return { node, name: node, sessions: 0, turns: 0, lagMs: 0, isDraining: false }
}

/** When this text is asked, the line breaks that way, once; what comes then goes as `rest` says. */
function onceAsked(
  text: string,
  how: 'break-after' | 'break-before',
  rest: Weather,
  broke = () => {},
): (piece: Piece) => Weather {
  let asking: object | undefined
  let isOver = false
  return ({ from, data, line }) => {
    if (isOver) return rest
    if (from === 'client' && data.includes(text)) asking = line
    if (asking !== line || from !== (how === 'break-after' ? 'server' : 'client')) return 'pass'
    isOver = true
    broke()
    return how
  }
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 5))
}
