import { statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { SqliteStore } from '../src/index.ts'
import { numberOf } from '../src/schema.ts'
import { openWriter } from '../src/storage.ts'
import type { WriteReply, WriteRequest } from '../src/storage-messages.ts'
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

/** Appends to `small` until the file is small. */
async function appendUntilSmall(store: SqliteStore, size: () => number): Promise<void> {
  let { head } = (await store.load('small'))!
  while (size() > MIB) {
    expect(head).toBeLessThan(50_000)
    head = await store.append('small', { head, commits: [JSON.stringify({ n: head + 1 })], at: 3 })
  }
}

test('[L29] the room is given back in small slices, and others append between any two', async () => {
  const { directory, size } = await written()
  // The writer as its thread runs it, but on this thread: so every turn of its event loop can be counted.
  const replies: WriteReply[] = []
  const writer = openWriter((message) => message.type === 'replies' && replies.push(...message.replies), {
    role: 'writer',
    file: { directory, durability: 'process', boot: 'b', lockWaitMs: 0 },
    markEveryMs: 60_000,
  })
  const beside = new DatabaseSync(join(directory, 'longwire.db'), { readOnly: true })
  const used = () => (numberOf(beside, 'PRAGMA page_count') - numberOf(beside, 'PRAGMA freelist_count')) * 4_096
  const append = (head: number): WriteRequest => ({
    type: 'append',
    key: 'small',
    append: { head, commits: [JSON.stringify({ n: head + 1 })], at: 3 },
  })

  writer.answer([{ type: 'erase', key: 'big' }])
  expect(used()).toBeGreaterThan(25 * MIB)
  let head = 1
  let before = used()
  for (; size() > MIB; before = used()) {
    expect(head).toBeLessThan(1_000)
    await new Promise(setImmediate)
    // 2 MiB of rows, of 1 MiB each, and with the last of them the checkpoint.
    expect(before - used()).toBeLessThanOrEqual(4 * MIB)
    writer.answer([append(head)])
    head += 1
  }
  expect(head).toBeGreaterThan(10)
  expect(replies).toEqual(range(head).map((n) => ({ type: 'done', head: n === 0 ? 0 : n + 1 })))
  beside.close()
  writer.close()
})

test('[L29] [L19] the key of a session whose room is given back can be made again at once', async () => {
  const { directory, size } = await written()
  const store = await SqliteStore.open({ directory, durability: 'process' })
  await store.erase('big')
  expect(await store.load('big')).toBeUndefined()
  await store.create(newSession('big'), ['{"again":1}'])
  await appendUntilSmall(store, size)
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
