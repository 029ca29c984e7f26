import { expect, test } from 'vitest'
import { type Durability, SqliteStore } from '../src/index.ts'
import { tell } from './child.ts'
import { texts } from './sessions.ts'
import { temporaryDirectory } from './temporary-directory.ts'

const SEEDS_THAT_FAILED: number[] = []
const SEEDS = [...SEEDS_THAT_FAILED, Math.floor(Math.random() * 2 ** 31)]

for (const durability of ['process', 'power'] as const) {
  for (const seed of SEEDS) {
    test(
      `[L22] [L23] [L24] [L30] no acknowledged commit is lost to kill -9 (durability ${durability}, seed ${seed})`,
      () => dieTwice(durability, seed),
      60_000,
    )
  }
}

async function dieTwice(durability: Durability, seed: number): Promise<void> {
  const directory = temporaryDirectory()
  const logs = new Map<string, string>()
  let random = seed
  for (let life = 0; life < 2; life += 1) {
    random = (Math.imul(random, 1_664_525) + 1_013_904_223) >>> 0
    const killAfter = 20 + (random % 1_000)
    const { lines, errors } = await tell({ directory, durability, boot: 'boot-1', tells: 'append' }, { killAfter })
    expect(errors).toBe('')
    expect(lines.length).toBeGreaterThanOrEqual(killAfter)
    await assertKept(directory, durability, lines, logs)
  }
  expect(logs.size).toBe(8)
}

/** Every acknowledged commit is there, each log is whole, and each is still the same log. */
async function assertKept(
  directory: string,
  durability: Durability,
  lines: readonly string[],
  logs: Map<string, string>,
): Promise<void> {
  const acknowledged = new Map<string, number>()
  for (const [word, key, what] of lines.map((line) => line.split(' ') as [string, string, string])) {
    if (word === 'ack') acknowledged.set(key, Number(what))
    else expect(logs.get(key) ?? what).toBe(what)
    if (word === 'log') logs.set(key, what)
  }
  const store = await SqliteStore.open({ directory, durability, readBoot: () => 'boot-1' })
  expect(store.renewed).toBeUndefined()
  for (const [key, log] of logs) {
    const record = (await store.load(key))!
    const commits = await texts(store, key)
    expect(record.log).toBe(log)
    expect(record.head).toBeGreaterThanOrEqual(acknowledged.get(key) ?? 1)
    expect(commits.map((json) => JSON.parse(json).n)).toEqual(commits.map((_, n) => n + 1))
    expect(commits).toHaveLength(record.head)
    // Each append carries the head that it makes as the time of waking.
    if (record.head > 1) expect(record.wakeAt).toBe(record.head)
    // Sessions append one, two or three commits at a time, after a first one: none is half there.
    expect((record.head - 1) % (1 + (Number(key.slice(1)) % 3))).toBe(0)
  }
  await store.close()
}
