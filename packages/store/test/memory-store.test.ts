import { expect, test } from 'vitest'
import { claimsContract, storeContract } from '../src/contract.ts'
import { MemoryStore } from '../src/index.ts'

storeContract('the memory store', async () => new MemoryStore())

claimsContract('the memory store', async () => {
  let now = 1_700_000_000_000
  const store = new MemoryStore({ now: () => now })
  const pass = async (ms: number) => {
    now += ms
  }
  return { store, pass, close: () => store.close() }
})

test('[L19] the identity of a log comes in by the door', async () => {
  let made = 0
  const store = new MemoryStore({ newLog: () => `log-${++made}` })
  const session = { key: 'a', session: 'a', agent: 'b', principal: 'c', metadata: {}, createdAt: 1 }
  expect((await store.create(session, [])).log).toBe('log-1')
  await store.erase('a')
  expect((await store.create(session, [])).log).toBe('log-2')
})

test('what a caller does to its metadata afterwards does not reach the record', async () => {
  const store = new MemoryStore()
  const metadata = { title: 'first' }
  await store.create({ key: 'a', session: 'a', agent: 'b', principal: 'c', metadata, createdAt: 1 }, [])
  metadata.title = 'second'
  expect((await store.load('a'))!.metadata).toEqual({ title: 'first' })
})
