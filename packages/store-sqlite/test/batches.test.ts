import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { SqliteStore } from '../src/index.ts'
import { rowsOf } from '../src/log-writer.ts'
import { newSession, range, texts } from './sessions.ts'
import { temporaryDirectory } from './temporary-directory.ts'

/** A store that counts its transactions beside the file. */
async function countingStore() {
  const directory = temporaryDirectory()
  const store = await SqliteStore.open({ directory, durability: 'process', markEveryMs: 0 })
  const transactions = () => JSON.parse(readFileSync(join(directory, 'longwire.witness'), 'utf8')).mark as number
  return { store, transactions }
}

test('commits of one tick, from all sessions, are one transaction', async () => {
  const { store, transactions } = await countingStore()
  const before = transactions()
  await Promise.all(range(400).map((n) => store.create(newSession(`s${n}`), ['{}'])))
  expect(transactions() - before).toBe(1)
  await Promise.all(range(400).map((n) => store.append(`s${n}`, { head: 1, commits: ['{}', '{}'], at: 2 })))
  expect(transactions() - before).toBe(2)
  await store.close()
})

test('a transaction takes at most 1,000 requests, and about 8 MiB', async () => {
  const { store, transactions } = await countingStore()
  const start = transactions()
  await Promise.all(range(2_500).map((n) => store.create(newSession(`s${n}`), [])))
  expect(transactions() - start).toBe(3)
  const large = JSON.stringify('x'.repeat(3 * 1024 * 1024))
  await Promise.all(range(5).map((n) => store.append(`s${n}`, { head: 0, commits: [large], at: 2 })))
  expect(transactions() - start).toBe(3 + 3)
  await store.close()
})

test('what comes while a transaction runs gathers into the next one', async () => {
  const { store, transactions } = await countingStore()
  await store.create(newSession('first'), [])
  const before = transactions()
  const first = store.append('first', { head: 0, commits: [JSON.stringify('x'.repeat(8 * 1024 * 1024))], at: 2 })
  await new Promise(setImmediate)
  const others = []
  for (const n of range(50)) {
    others.push(store.create(newSession(`s${n}`), []))
    await new Promise(setImmediate)
  }
  await Promise.all([first, ...others])
  // The large one takes longer than fifty turns of the event loop.
  expect(transactions() - before).toBeLessThan(10)
  await store.close()
})

test('[L10] what a caller does to its commits after the call is not written', async () => {
  const { store } = await countingStore()
  const commits = ['{"n":1}']
  const made = store.create(newSession('a', { metadata: { title: 'x' } }), commits)
  commits[0] = '{"n":9}'
  commits.push('{"n":10}')
  await made
  expect(await texts(store, 'a')).toEqual(['{"n":1}'])
  await store.close()
})

test('a long append is kept in rows of at most 256 commits and about 256 KiB, in order', () => {
  const small = range(600).map((n) => `${n}`)
  expect(rowsOf(small).map((row) => row.length)).toEqual([256, 256, 88])
  expect(rowsOf(small).flat()).toEqual(small)
  const large = [100, 200_000, 100_000, 300_000, 10, 10].map((length) => 'x'.repeat(length))
  expect(rowsOf(large).map((row) => row.map((line) => line.length))).toEqual([
    [100, 200_000],
    [100_000],
    [300_000],
    [10, 10],
  ])
  expect(rowsOf([])).toEqual([])
})
