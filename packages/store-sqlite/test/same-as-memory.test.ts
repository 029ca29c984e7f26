import type { Metadata } from '@longwire/protocol'
import type { SessionQuery, SessionRecord, SessionStore } from '@longwire/store'
import { MemoryStore } from '@longwire/store'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SqliteStore } from '../src/index.ts'
import { newSession } from './sessions.ts'
import { temporaryDirectory } from './temporary-directory.ts'

/** One thing done to a store, and what can be said of it afterwards. */
type Deed = (store: SessionStore, run: string) => Promise<unknown>

const key = fc.constantFrom('a', 'b', 'c')
const status = fc.option(fc.constantFrom('idle', 'running', 'waiting', 'closed'), { nil: undefined })
const seq = fc.integer({ min: 0, max: 12 })
const wake = fc.option(fc.option(fc.nat(20)), { nil: undefined })
const summary = fc.option(fc.constantFrom('Ärger', 'ask', '', 'a\0'), { nil: undefined })
const metadata = fc.option(fc.constantFrom<Metadata>({}, { title: 'Äsk' }, { title: 7 }, { other: 'ask' }), {
  nil: undefined,
})
const commits = fc.array(
  fc.string({ unit: 'binary' }).map((text) => JSON.stringify(text)),
  { maxLength: 5 },
)

const deed: fc.Arbitrary<Deed> = fc.oneof(
  fc.tuple(key, commits, fc.nat(5), fc.option(fc.nat(20), { nil: undefined })).map(
    ([name, some, createdAt, wakeAt]): Deed =>
      (store, run) =>
        store.create(newSession(run + name, { principal: run, createdAt, wakeAt }), some),
  ),
  {
    weight: 4,
    arbitrary: fc.tuple(key, seq, commits, status, fc.nat(99), wake).map(
      ([name, head, some, next, at, wakeAt]): Deed =>
        (store, run) =>
          store.append(run + name, { head, commits: some, status: next, at, wakeAt }),
    ),
  },
  {
    weight: 3,
    arbitrary: fc.tuple(key, commits, status, fc.nat(99), wake, summary, metadata).map(
      ([name, some, next, at, wakeAt, about, named]): Deed =>
        async (store, run) => {
          const head = (await store.load(run + name))?.head ?? 0
          const described = { summary: about, metadata: named }
          return store.append(run + name, { head, commits: some, status: next, at, wakeAt, ...described })
        },
    ),
  },
  fc.tuple(key, seq, fc.integer({ min: 1, max: 6 }), fc.nat(60)).map(
    ([name, after, limit, bytes]): Deed =>
      (store, run) =>
        store.read(run + name, after, { limit, bytes }),
  ),
  fc.tuple(key, seq, fc.string()).map(
    ([name, at, json]): Deed =>
      (store, run) =>
        store.saveCheckpoint(run + name, { seq: at, json }),
  ),
  key.map(
    (name): Deed =>
      (store, run) =>
        store.loadCheckpoint(run + name),
  ),
  key.map(
    (name): Deed =>
      (store, run) =>
        store.erase(run + name),
  ),
  fc.tuple(status, fc.integer({ min: 1, max: 3 }), fc.constantFrom(undefined, 'ä', 'SK')).map(
    ([filter, limit, q]): Deed =>
      (store, run) =>
        listAll(store, { principal: run, status: filter, q, limit }),
  ),
  fc.tuple(fc.nat(20), fc.constantFrom(1, 3, 500)).map(
    ([before, limit]): Deed =>
      (store) =>
        store.due(before, limit),
  ),
)

async function listAll(store: SessionStore, query: SessionQuery): Promise<SessionRecord[]> {
  const { items, cursor } = await store.list(query)
  return cursor === undefined ? [...items] : [...items, ...(await listAll(store, { ...query, cursor }))]
}

/** What a deed answered, or the error by name and text; identities of logs differ from store to store. */
async function outcome(answer: Promise<unknown>): Promise<unknown> {
  const said = await answer.catch((error) => ({ name: error.name, message: error.message }))
  const text = JSON.stringify(said, (field, value) => (field === 'log' ? 'a log' : value))
  return text === undefined ? text : JSON.parse(text) // in which order a record has its fields is nobody's promise
}

test('[L1] to [L19], [L30] to [L33]: the SQLite store answers as the memory store does, whatever is asked', async () => {
  const memory = new MemoryStore()
  const sqlite = await SqliteStore.open({ directory: temporaryDirectory(), durability: 'process' })
  let runs = 0
  await fc.assert(
    fc.asyncProperty(fc.array(deed, { minLength: 5, maxLength: 40 }), async (deeds) => {
      runs += 1
      for (const act of deeds) {
        const run = `run${runs}-`
        expect(await outcome(act(sqlite, run))).toEqual(await outcome(act(memory, run)))
      }
    }),
    { numRuns: 100 },
  )
  await sqlite.close()
})
