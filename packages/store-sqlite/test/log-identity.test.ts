import { copyFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { type Durability, SqliteStore } from '../src/index.ts'
import { tell } from './child.ts'
import { newSession, texts } from './sessions.ts'
import { temporaryDirectory } from './temporary-directory.ts'

const COMMITS = ['{"n":1}', '{"n":2}']

interface Home {
  readonly directory: string
  readonly file: string
  /** The identity of the log of `a`, as the session was made. */
  readonly log: string
}

async function home(durability: Durability, boot: string): Promise<Home> {
  const directory = temporaryDirectory()
  const store = await open(directory, durability, boot)
  const { log } = await store.create(newSession('a'), COMMITS)
  await store.close()
  return { directory, file: join(directory, 'longwire.db'), log }
}

function open(directory: string, durability: Durability, boot: string): Promise<SqliteStore> {
  return SqliteStore.open({ directory, durability, readBoot: () => boot })
}

/** Opens it, looks, closes it. */
async function look({ directory }: Home, durability: Durability, boot: string) {
  const store = await open(directory, durability, boot)
  const log = (await store.load('a'))!.log
  const commits = await texts(store, 'a')
  await store.close()
  return { log, commits, renewed: store.renewed }
}

/** Has it open in a process that dies by SIGKILL. */
async function holdAndDie({ directory }: Home, durability: Durability, boot: string): Promise<void> {
  const told = await tell({ directory, durability, boot, tells: 'hold' }, { killAfter: 1 })
  expect(told).toEqual({ lines: ['open'], errors: '' })
}

test('[L24] the identity stays over closing and opening, in another run of the machine too', async () => {
  const at = await home('process', 'boot-1')
  expect(await look(at, 'process', 'boot-1')).toEqual({ log: at.log, commits: COMMITS, renewed: undefined })
  expect(await look(at, 'process', 'boot-2')).toEqual({ log: at.log, commits: COMMITS, renewed: undefined })
})

test('[L24] the identity stays when only the process died', async () => {
  const at = await home('process', 'boot-1')
  await holdAndDie(at, 'process', 'boot-1')
  expect(await look(at, 'process', 'boot-1')).toEqual({ log: at.log, commits: COMMITS, renewed: undefined })
})

test('[L24] the identity changes, once, when the machine went down while commits were not on the disk', async () => {
  const at = await home('process', 'boot-1')
  await holdAndDie(at, 'process', 'boot-1')
  const after = await look(at, 'process', 'boot-2')
  expect(after).toEqual({ log: expect.not.stringMatching(at.log), commits: COMMITS, renewed: 'rebooted' })
  expect(await look(at, 'process', 'boot-3')).toEqual({ ...after, renewed: undefined })
})

test('[L24] the identity stays when the machine went down with durability power', async () => {
  const at = await home('power', 'boot-1')
  await holdAndDie(at, 'power', 'boot-1')
  expect(await look(at, 'power', 'boot-2')).toEqual({ log: at.log, commits: COMMITS, renewed: undefined })
})

test('[L24] opening with durability power makes safe what a dead process left with durability process', async () => {
  const at = await home('process', 'boot-1')
  await holdAndDie(at, 'process', 'boot-1')
  await holdAndDie(at, 'power', 'boot-1')
  expect(await look(at, 'process', 'boot-2')).toEqual({ log: at.log, commits: COMMITS, renewed: undefined })
})

test('[L24] the identity changes when a copy took the place of the file', async () => {
  const at = await home('power', 'boot-1')
  copyFileSync(at.file, `${at.file}.copy`)
  renameSync(`${at.file}.copy`, at.file)
  const after = await look(at, 'power', 'boot-1')
  expect(after).toEqual({ log: expect.not.stringMatching(at.log), commits: COMMITS, renewed: 'replaced' })
  expect(await look(at, 'power', 'boot-1')).toEqual({ ...after, renewed: undefined })
})

test('[L24] the identity changes when an older copy was written over the file, which keeps its inode', async () => {
  const at = await home('power', 'boot-1')
  copyFileSync(at.file, `${at.file}.copy`)
  const store = await open(at.directory, 'power', 'boot-1')
  await store.append('a', { head: 2, commits: ['{"n":3}'], at: 2 })
  await store.close()
  const inode = statSync(at.file).ino
  copyFileSync(`${at.file}.copy`, at.file)
  expect(statSync(at.file).ino).toBe(inode)
  const after = await look(at, 'power', 'boot-1')
  expect(after).toEqual({ log: expect.not.stringMatching(at.log), commits: COMMITS, renewed: 'replaced' })
})

test('[L24] the identity changes when a copy made while the store was open was written over the file after it died', async () => {
  const at = await home('power', 'boot-1')
  const store = await SqliteStore.open({
    directory: at.directory,
    durability: 'power',
    readBoot: () => 'boot-1',
    markEveryMs: 0,
  })
  await store.append('a', { head: 2, commits: ['{"n":3}'], at: 2 })
  const copy = new DatabaseSync(at.file)
  copy.exec(`VACUUM INTO '${at.file}.copy'`)
  copy.close()
  const witness = join(at.directory, 'longwire.witness')
  await store.append('a', { head: 3, commits: ['{"n":4}'], at: 2 })
  copyFileSync(witness, `${witness}.copy`)
  await store.close()
  // As SIGKILL would have left it: with the mark of the last batch, and none for the close.
  copyFileSync(`${witness}.copy`, witness)
  copyFileSync(`${at.file}.copy`, at.file)
  const after = await look(at, 'power', 'boot-1')
  expect(after).toEqual({
    log: expect.not.stringMatching(at.log),
    commits: [...COMMITS, '{"n":3}'],
    renewed: 'replaced',
  })
})

test('[L24] the identity changes when the file was made anew', async () => {
  const at = await home('power', 'boot-1')
  rmSync(at.file)
  const store = await open(at.directory, 'power', 'boot-1')
  expect(await store.load('a')).toBeUndefined()
  expect((await store.create(newSession('a'), COMMITS)).log).not.toBe(at.log)
  await store.close()
})
