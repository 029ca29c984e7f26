import { statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { SqliteStore } from '../src/index.ts'
import { tell } from './child.ts'
import { newSession, range, texts } from './sessions.ts'
import { temporaryDirectory } from './temporary-directory.ts'

const MIB = 1024 * 1024

/** A closed store with 24 MiB in `big`, some checkpoint, and a small session beside it. */
async function written(): Promise<{ directory: string; size: () => number }> {
  const directory = temporaryDirectory()
  const store = await SqliteStore.open({ directory, durability: 'process' })
  await store.create(newSession('big'), [])
  await store.create(newSession('small'), ['{"n":1}'])
  const commits = range(8).map((n) => JSON.stringify({ n, pad: 'x'.repeat(MIB / 8) }))
  for (const n of range(24)) await store.append('big', { head: n * 8, commits, at: 2 })
  await store.saveCheckpoint('big', { seq: 10, json: JSON.stringify('x'.repeat(MIB)) })
  await store.close()
  const size = () => statSync(join(directory, 'longwire.db')).size
  expect(size()).toBeGreaterThan(25 * MIB)
  return { directory, size }
}

/** Appends to `small` until the file is small; each append that is answered is one that the freeing let pass. */
async function appendUntilSmall(store: SqliteStore, size: () => number): Promise<number> {
  let served = 0
  let { head } = (await store.load('small'))!
  for (; size() > MIB; served += 1) {
    expect(served).toBeLessThan(50_000)
    head = await store.append('small', { head, commits: [JSON.stringify({ n: head + 1 })], at: 3 })
  }
  return served
}

test('[L29] the room of an erased session is given back, in slices between which others append', async () => {
  const { directory, size } = await written()
  const store = await SqliteStore.open({ directory, durability: 'process' })
  await store.erase('big')
  expect(await store.load('big')).toBeUndefined()
  expect(size()).toBeGreaterThan(25 * MIB)
  await store.create(newSession('big'), ['{"again":1}'])
  expect(await appendUntilSmall(store, size)).toBeGreaterThan(10)
  expect(await texts(store, 'big')).toEqual(['{"again":1}'])
  expect(await store.loadCheckpoint('big')).toBeUndefined()
  const small = await texts(store, 'small')
  expect(small.map((json) => JSON.parse(json).n)).toEqual(small.map((_, n) => n + 1))
  await store.close()
})

test('[L29] what a dead process did not free is freed by the next', async () => {
  const { directory, size } = await written()
  const story = { directory, durability: 'process', boot: 'b', tells: 'erase' } as const
  expect((await tell(story, { killAfter: 1 })).lines).toEqual(['erased'])
  const store = await SqliteStore.open({ directory, durability: 'process' })
  expect(await store.load('big')).toBeUndefined()
  await appendUntilSmall(store, size)
  await store.close()
})
