import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createServer, type LongwireServer } from '@longwire/server'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { folderOf } from '../workspace/scratch-path.ts'
import { type Event, Visit } from './visit.ts'

// The whole agent on a real server, in a worker, with its log on disk; people answer over HTTP.

const PROJECT = resolve(import.meta.dirname, '../project')
let folder: string
let server: LongwireServer
let visit: Visit

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pair-'))
  process.env.LONGWIRE_SCRATCH = join(folder, 'scratch')
  process.env.LONGWIRE_OFFLINE_TOKEN_MS = '0'
  await serve()
  visit = await Visit.begin(server.url)
})
afterEach(async () => {
  await server.stop(0)
  rmSync(folder, { recursive: true, force: true })
})

async function serve(port = 0): Promise<void> {
  server = await createServer({ agents: [resolve(import.meta.dirname, '..')], port, data: join(folder, 'data') })
}

const place = (path: string) => join(process.env.LONGWIRE_SCRATCH!, folderOf(visit.id), path)
const textOf = (path: string) => readFileSync(place(path), 'utf8')
const shownBy = ({ input }: Event) => input as { path: string; diff: string; edits: { old: string; new: string }[] }

test('both failing tests are fixed at their causes, each change shown and approved first, over a restart', async () => {
  await visit.say('Fix the failing tests')
  const first = await visit.next('control.requested')
  expect(first).toMatchObject({ kind: 'approval', message: 'May I change src/discount.js?' })
  expect(shownBy(first).path).toBe('src/discount.js')
  expect(
    shownBy(first)
      .diff.split('\n')
      .filter((line) => /^[-+] /.test(line)),
  ).toEqual(['-  return quantity > BULK ? 0.1 : 0', '+  return quantity >= BULK ? 0.1 : 0'])
  expect(textOf('src/discount.js')).toContain('quantity > BULK')

  const port = Number(new URL(server.url).port)
  await server.stop(0)
  await serve(port)
  expect((await visit.answer(first, { approved: true })).status).toBe(200)
  const second = await visit.next('control.requested')
  expect(shownBy(second).diff).toContain('+  return Math.ceil(lines / linesPerPage)')
  expect(textOf('src/discount.js')).toContain('quantity >= BULK')
  await visit.answer(second, { approved: true })
  const answer = await visit.answered()
  expect(answer).toContain(
    '**Fixed**: *ten of one item are 10% cheaper* (test/basket.test.js:11): expected 0.1, got 0.',
  )
  expect(answer).toContain('**Fixed**: *the lines that are left over take a page of their own*')
  expect(answer).toMatch(/\*\*All 8 tests pass\*\*/)
  expect(readFileSync(join(PROJECT, 'src/discount.js'), 'utf8')).toContain('quantity > BULK')
}, 40_000)

test('a change that is refused is not made, and one that the person edits is made as they wrote it', async () => {
  await visit.say('Fix the failing tests')
  await visit.answer(await visit.next('control.requested'), { approved: false, reason: 'ask sales first' })
  const other = await visit.next('control.requested')
  const edits = [
    { old: 'return Math.floor(lines / linesPerPage)', new: 'return Math.max(1, Math.ceil(lines / linesPerPage))' },
  ]
  await visit.answer(other, { approved: true, editedInput: { path: 'src/receipt.js', edits } })
  const answer = await visit.answered()
  expect(answer).toContain('**Not changed, as you did not approve it** (ask sales first): *ten of one item')
  expect(answer).toContain('+  return Math.max(1, Math.ceil(lines / linesPerPage))')
  expect(answer).toContain('**1 of 8 tests fails.**')
  expect(textOf('src/discount.js')).toContain('quantity > BULK')
  expect(textOf('src/receipt.js')).toContain('Math.max(1, Math.ceil(lines / linesPerPage))')
}, 40_000)

test('only the test that was named is fixed', async () => {
  await visit.say('Please fix the test about left over lines')
  const request = await visit.next('control.requested')
  expect(shownBy(request).path).toBe('src/receipt.js')
  await visit.answer(request, { approved: true })
  expect(await visit.answered()).toContain('**1 of 8 tests fails.**')
}, 20_000)

test('a change is not made in a file that somebody changed after it was shown', async () => {
  await visit.say('Rename BULK to BULK_FROM')
  const request = await visit.next('control.requested')
  writeFileSync(place('src/discount.js'), `${textOf('src/discount.js')}// mine\n`)
  await visit.answer(request, { approved: true })
  expect(await visit.answered()).toContain('src/discount.js was changed by somebody after this was shown')
  expect(textOf('src/discount.js')).toContain('const BULK = 10')
}, 20_000)

test('a name becomes another in every file, each shown, and the tests are run', async () => {
  await visit.say('Rename lineTotal to priceOfLine')
  const paths: string[] = []
  for (let i = 0; i < 3; i++) {
    const request = await visit.next('control.requested')
    paths.push(shownBy(request).path)
    await visit.answer(request, { approved: true })
  }
  const answer = await visit.answered()
  expect(paths.sort()).toEqual(['src/basket.js', 'src/receipt.js', 'test/basket.test.js'])
  expect(answer).toContain('**`lineTotal` is now `priceOfLine` in 3 files:**')
  expect(answer).toContain('**2 of 8 tests fail.**')
  for (const path of paths) expect(textOf(path)).not.toContain('lineTotal')
}, 20_000)

test('it says what the project does from its own files, runs the tests, and each session has a folder of its own', async () => {
  await visit.say('What does this project do?')
  const about = await visit.answered()
  expect(about).toContain('**`till`: A small till: baskets, bulk discounts, and pages of a receipt.**')
  expect(about).toContain('`pageCount(lines, linesPerPage)` (src/receipt.js:4)')
  await visit.say('run the tests')
  const told = await visit.answered()
  expect(told).toContain('**2 of 8 tests fail.**')
  expect(told).toContain('*ten of one item are 10% cheaper* (test/basket.test.js:11): expected 0.1, got 0')
  cpSync(place('src/discount.js'), place('src/kept.js'))
  const other = await Visit.begin(server.url)
  await other.say('list the files')
  expect(await other.answered()).not.toContain('kept.js')
}, 20_000)
