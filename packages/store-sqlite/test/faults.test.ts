import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type StoreFault, StoreUnavailable } from '@longwire/store'
import { expect, test } from 'vitest'
import { SqliteStore, type SqliteStoreOptions } from '../src/index.ts'
import { LogFile } from '../src/log-file.ts'
import { LogWriter } from '../src/log-writer.ts'
import { MIGRATIONS } from '../src/schema.ts'
import type { WriteRequest } from '../src/storage-messages.ts'
import { StorageThread } from '../src/storage-thread.ts'
import { tell } from './child.ts'
import { newSession, range, texts } from './sessions.ts'
import { temporaryDirectory } from './temporary-directory.ts'
import { mountTinyDisk } from './tiny-disk.ts'

function open(directory: string, other: Partial<SqliteStoreOptions> = {}): Promise<SqliteStore> {
  return SqliteStore.open({ directory, durability: 'process', lockWaitMs: 0, ...other })
}

async function refusal(opening: Promise<unknown>, fault: StoreFault): Promise<string> {
  const error = await opening.then(
    () => undefined,
    (reason) => reason,
  )
  expect(error).toBeInstanceOf(StoreUnavailable)
  expect(error).toMatchObject({ fault })
  return error.message
}

const commit = (n: number, bytes = 10) => JSON.stringify({ n, pad: 'x'.repeat(bytes) })

const COMMITS = range(200).map((n) => commit(n + 1, 1_000))
let fixture: Promise<string> | undefined

/** A copy of a closed store of some pages, with 200 commits in `a`. */
async function written(): Promise<{ directory: string; file: string }> {
  fixture ??= writeFixture()
  const directory = temporaryDirectory()
  cpSync(await fixture, directory, { recursive: true })
  return { directory, file: join(directory, 'longwire.db') }
}

async function writeFixture(): Promise<string> {
  const directory = temporaryDirectory()
  const store = await open(directory)
  await store.create(newSession('a'), COMMITS)
  await store.close()
  return directory
}

test('[L25] a second opening is refused, says who has the store, and does not disturb the first', async () => {
  const directory = temporaryDirectory()
  const store = await open(directory)
  await store.create(newSession('a'), [commit(1)])
  const message = await refusal(open(directory), 'locked')
  expect(message).toContain(directory)
  expect(message).toContain(`process ${process.pid} on `)
  expect(message).toContain('stop it, or use another directory')
  const { lines } = await tell(
    { directory, durability: 'process', boot: 'b', lockWaitMs: 0, tells: 'hold' },
    { killAfter: 1 },
  )
  expect(lines).toEqual([expect.stringMatching(`^refused locked .*process ${process.pid} on `)])
  expect(await store.append('a', { head: 1, commits: [commit(2)], at: 2 })).toBe(2)
  await store.close()
  const next = await open(directory)
  expect(await texts(next, 'a')).toEqual([commit(1), commit(2)])
  await next.close()
})

test('[L25] of four openings at once exactly one has the store', async () => {
  const directory = temporaryDirectory()
  const opened = await Promise.allSettled(range(4).map(() => open(directory)))
  const stores = opened.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
  expect(stores).toHaveLength(1)
  for (const outcome of opened)
    if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ fault: 'locked' })
  await stores[0]!.close()
})

test('[L25] an opening waits for one that is just closing', async () => {
  const directory = temporaryDirectory()
  const first = await open(directory)
  const [second] = await Promise.all([open(directory, { lockWaitMs: 10_000 }), first.close()])
  expect(await second.load('a')).toBeUndefined()
  await second.close()
})

test('[L25] after the process that had the store was killed, it opens at once', async () => {
  const directory = temporaryDirectory()
  await tell({ directory, durability: 'process', boot: 'b', tells: 'hold' }, { killAfter: 1 })
  await (await open(directory)).close()
})

test('[L26] a file of a newer version is refused, untouched, with what was found and what to do', async () => {
  const { directory, file } = await written()
  setVersion(file, 99)
  const before = readFileSync(file)
  const message = await refusal(open(directory), 'newer')
  expect(message).toContain('has version 99')
  expect(message).toContain(`knows versions up to ${MIGRATIONS.length}`)
  expect(message).toContain('run the newer Longwire')
  expect(readFileSync(file).equals(before)).toBe(true)
  setVersion(file, MIGRATIONS.length)
  const store = await open(directory)
  expect(await texts(store, 'a')).toEqual(COMMITS)
  await store.close()
})

const damages: [string, (file: string) => void][] = [
  ['holds something else', (file) => writeFileSync(file, 'Not a database. '.repeat(1_000))],
  ['lost its end', (file) => truncateSync(file, statSync(file).size / 2)],
  ['was overwritten in the middle', (file) => scribble(file, 8_192)],
  ['lost its header', (file) => scribble(file, 0)],
]
for (const [what, damage] of damages) {
  test(`[L27] a file that ${what} is refused as corrupt, and not touched`, async () => {
    const { directory, file } = await written()
    damage(file)
    const before = readFileSync(file)
    expect(await refusal(open(directory), 'corrupt')).toMatch(/keep it, and restore a copy/)
    expect(readFileSync(file).equals(before)).toBe(true)
  })
}

test('[L27] a database of somebody else is refused, and not touched', async () => {
  const directory = temporaryDirectory()
  const file = join(directory, 'longwire.db')
  const other = new DatabaseSync(file)
  other.exec('CREATE TABLE customer (name TEXT); INSERT INTO customer VALUES (1)')
  other.close()
  const before = readFileSync(file)
  expect(await refusal(open(directory), 'corrupt')).toContain('not a log of Longwire')
  expect(readFileSync(file).equals(before)).toBe(true)
})

test('[L27] damage that comes while the store is open is told by the reads that meet it', async () => {
  const { directory, file } = await written()
  const store = await open(directory)
  // In another process: closing the file in this one would drop the locks that SQLite has on it.
  const scribbling = `const fs=require('node:fs'),f=fs.openSync(process.argv[1],'r+');
    fs.writeSync(f,Buffer.alloc(fs.fstatSync(f).size-4096,255),0,undefined,4096)`
  expect(spawnSync(process.execPath, ['-e', scribbling, file]).status).toBe(0)
  await refusal(store.read('a', 0, { limit: 1_000, bytes: 1e9 }), 'corrupt')
  await store.close()
})

test('[L27] a directory that cannot be made is refused as unwritable', async () => {
  const directory = temporaryDirectory()
  writeFileSync(join(directory, 'file'), '')
  const message = await refusal(open(join(directory, 'file', 'data')), 'unwritable')
  expect(message).toContain(join(directory, 'file', 'data'))
  expect(message).toContain('give this user the right to, or use another directory')
})

test('[L27] a directory that cannot be written is refused as unwritable', async () => {
  const directory = readOnlyDirectory()
  expect(await refusal(open(directory), 'unwritable')).toContain(directory)
})

function readOnlyDirectory(): string {
  // Rights do not hold root, but a read-only file system does; /proc where none can be mounted.
  if (process.getuid?.() === 0) return mountTinyDisk('ro,size=1m') ?? '/proc/sys'
  const directory = join(temporaryDirectory(), 'data')
  mkdirSync(directory)
  chmodSync(directory, 0o500)
  return directory
}

const disk = mountTinyDisk('size=2m')

test.runIf(disk)(
  '[L28] a disk that is full refuses, loses nothing, is read meanwhile, and goes on once there is room',
  async () => {
    const directory = join(disk!, 'data')
    const ballast = join(disk!, 'ballast')
    writeFileSync(ballast, Buffer.alloc(500_000))
    writeFileSync(`${ballast}-2`, Buffer.alloc(300_000))
    let store = await open(directory, { durability: 'power' })
    const logs = new Map<string, string[]>(range(3).map((n) => [`s${n}`, []]))
    for (const key of logs.keys()) await store.create(newSession(key), [])

    const fillUp = async () => {
      for (let n = 0, refused = 0; refused < 5; n += 1) {
        expect(n).toBeLessThan(1_000)
        const outcomes = await Promise.allSettled(
          [...logs].map(([key, log]) =>
            store.append(key, { head: log.length, commits: [commit(log.length + 1, 7_000)], at: n }),
          ),
        )
        for (const [index, outcome] of outcomes.entries()) {
          const log = logs.get(`s${index}`)!
          if (outcome.status === 'fulfilled') log.push(commit(log.length + 1, 7_000))
          else expect(outcome.reason).toMatchObject({ name: 'StoreUnavailable', fault: 'full' })
        }
        if (outcomes.some((outcome) => outcome.status === 'rejected')) refused += 1
      }
    }
    const assertKept = async () => {
      for (const [key, log] of logs) {
        expect(await texts(store, key)).toEqual(log)
        expect((await store.load(key))!.head).toBe(log.length)
      }
    }

    await fillUp()
    expect(logs.get('s0')!.length).toBeGreaterThan(5)
    await assertKept()
    await refusal(store.create(newSession('new'), [commit(1, 50_000)]), 'full')
    expect(await store.load('new')).toBeUndefined()

    rmSync(ballast)
    const before = logs.get('s0')!.length
    await fillUp()
    expect(logs.get('s0')!.length).toBeGreaterThan(before + 5)
    await assertKept()

    await store.close()
    rmSync(`${ballast}-2`)
    store = await open(directory, { durability: 'power' })
    expect(store.renewed).toBeUndefined()
    await assertKept()
    await store.close()
  },
)

test('[L28] in a batch, what does not fit is refused, and what fits is written', () => {
  const file = new LogFile({ directory: temporaryDirectory(), durability: 'process', boot: 'b', lockWaitMs: 0 })
  const writer = new LogWriter(file, 60_000)
  const create = (key: string): WriteRequest => ({
    type: 'create',
    row: { ...newSession(key), summary: null, command: null, metadata: '{}', log: key, wakeAt: null },
    commits: [],
  })
  const append = (key: string, head: number, bytes: number): WriteRequest => ({
    type: 'append',
    key,
    append: { head, commits: [commit(head + 1, bytes)], at: 2 },
  })
  expect(writer.write(['a', 'b', 'c'].map(create))).toEqual(range(3).map(() => ({ type: 'done', head: 0 })))
  const pages = Object.values(file.database.prepare('PRAGMA page_count').get()!)[0] as number
  file.database.exec(`PRAGMA max_page_count = ${pages + 20}`)
  const batch = [append('a', 0, 1_000), append('b', 0, 1_000_000), append('c', 0, 1_000), append('a', 9, 1_000)]
  expect(writer.write(batch)).toEqual([
    { type: 'done', head: 1 },
    { type: 'fault', fault: { fault: 'full', message: expect.stringContaining('there is no room on the disk') } },
    { type: 'done', head: 1 },
    { type: 'moved', head: 1 },
  ])
  file.database.exec('PRAGMA max_page_count = 1000000')
  expect(writer.write([append('b', 0, 1_000_000)])).toEqual([{ type: 'done', head: 1 }])
  file.close()
})

test('[L22] a disk that fails in the middle of a write ends the writing, and loses nothing that was acknowledged', async () => {
  const directory = temporaryDirectory()
  // A limit on the size of files makes a write fail as a broken disk does.
  const told = await tell(
    { directory, durability: 'process', boot: 'b', tells: 'fill' },
    { killAfter: Number.POSITIVE_INFINITY, limitKib: 2_048 },
  )
  const [fault, then] = told.lines.slice(-2)
  expect(fault).toMatch(/^fault failed cannot write the log: .*start again/)
  expect(then).toBe('then failed')
  const acknowledged = told.lines.filter((line) => line.startsWith('ack')).length
  expect(acknowledged).toBeGreaterThan(20)
  const store = await open(directory, { readBoot: () => 'b' })
  const commits = await texts(store, 's')
  expect(commits.map((json) => JSON.parse(json).n)).toEqual(range(acknowledged).map((n) => n + 1))
  expect(await store.append('s', { head: acknowledged, commits: [commit(0)], at: 3 })).toBe(acknowledged + 1)
  await store.close()
})

test('a storage thread that ends by itself refuses what waits for it, and closing it ends', async () => {
  const thread = new StorageThread({ role: 'writer' } as never)
  const waiting = thread.ask('anything', 0)
  await refusal(thread.open(), 'failed')
  await refusal(waiting, 'failed')
  await refusal(thread.ask('more', 0), 'failed')
  await thread.close()
})

function setVersion(file: string, version: number): void {
  const database = new DatabaseSync(file)
  database.exec(`PRAGMA user_version = ${version}`)
  database.close()
}

function scribble(file: string, from: number): void {
  const bytes = readFileSync(file)
  bytes.fill(0xff, from, from + 4_096)
  writeFileSync(file, bytes)
}
