import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { EVENTS } from '../data/events.ts'
import { writeMarketFile } from '../data/market-file.ts'
import { writeNotes } from '../data/notes.ts'
import { walkPrices } from '../data/price-walk.ts'
import { seeded } from '../data/random.ts'
import { MARKET_FILE } from '../market/market.ts'

let folder: string
let shipped: DatabaseSync
let fresh: DatabaseSync

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'market-'))
  writeMarketFile(join(folder, 'market.sqlite'))
  shipped = new DatabaseSync(MARKET_FILE, { readOnly: true })
  fresh = new DatabaseSync(join(folder, 'market.sqlite'), { readOnly: true })
})
afterAll(() => {
  shipped.close()
  fresh.close()
  rmSync(folder, { recursive: true })
})

test.each(['about', 'instruments', 'prices', 'notes', 'note_tags'])(
  'the %s that ship are the ones the generator makes, row by row',
  (table) => {
    const all = (db: DatabaseSync) => db.prepare(`SELECT * FROM ${table}`).all()
    expect(all(shipped).length).toBeGreaterThan(3)
    expect(all(shipped)).toEqual(all(fresh))
  },
)

test('another seed gives other prices', () => {
  const [a, b] = [seeded(1), seeded(2)]
  expect(a.uniform()).not.toBe(b.uniform())
  expect(walkPrices(20_261_057).at(-1)).not.toEqual(walkPrices(20_261_052).at(-1))
})

test('the file is small, one piece, and says that it is generated', () => {
  expect(statSync(MARKET_FILE).size).toBeLessThan(6_000_000)
  expect(shipped.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'delete' })
  expect(shipped.prepare("SELECT value FROM about WHERE key = 'says'").get()).toEqual({
    value: expect.stringContaining('No company, price or note in here is real'),
  })
})

test('every instrument has a price on every weekday of four years, and its close lies between low and high', () => {
  const days = shipped.prepare('SELECT count(DISTINCT date) AS n, min(date) AS a, max(date) AS b FROM prices').get()
  expect(days).toEqual({ n: 1044, a: '2022-11-01', b: '2026-10-30' })
  const uneven = shipped.prepare('SELECT ticker FROM prices GROUP BY ticker HAVING count(*) <> 1044').all()
  expect(uneven).toEqual([])
  const wrong = shipped
    .prepare(
      `SELECT * FROM prices WHERE NOT (low <= open AND low <= close AND high >= open AND high >= close AND low > 0)
         OR strftime('%w', date) IN ('0', '6')`,
    )
    .all()
  expect(wrong).toEqual([])
})

test('an index moves each day by the average of its members, and the third currency pair follows from the two others', () => {
  const far = shipped
    .prepare(
      `WITH moves AS (
         SELECT p.ticker, i.kind, i.region, p.date, p.close / lag(p.close) OVER (PARTITION BY p.ticker ORDER BY p.date) - 1 AS move
         FROM prices p JOIN instruments i USING (ticker) WHERE i.kind IN ('share', 'index')
       ), members AS (SELECT date, avg(move) AS move FROM moves WHERE kind = 'share' AND region = 'Europe' GROUP BY date)
       SELECT m.date FROM members m JOIN moves x ON x.ticker = 'RHNX' AND x.date = m.date
       WHERE abs(m.move - x.move) > 0.00001`,
    )
    .all()
  expect(far).toEqual([])
  const cross = shipped
    .prepare(
      `SELECT a.date FROM prices a JOIN prices b USING (date) JOIN prices c USING (date)
       WHERE a.ticker = 'EXKAXD' AND b.ticker = 'AXDPXR' AND c.ticker = 'EXKPXR' AND abs(a.close * b.close / c.close - 1) > 0.0002`,
    )
    .all()
  expect(cross).toEqual([])
})

test('each event has its note, dated that day, and each figure in a note is what the prices say', () => {
  const notes = shipped.prepare('SELECT date, title, body FROM notes').all() as {
    date: string
    title: string
    body: string
  }[]
  expect(notes.length).toBeGreaterThanOrEqual(60)
  for (const { date, title } of EVENTS) expect(notes).toContainEqual(expect.objectContaining({ date, title }))
  for (const { body } of notes) {
    expect(body).not.toContain('{')
    expect(body.split(/(?<=[.:]) (?=[A-Z])/).length).toBeGreaterThanOrEqual(2)
  }
  const warning = notes.find(({ title }) => title === 'Novalith warns of full warehouses')!
  const [before, after] = shipped
    .prepare("SELECT close FROM prices WHERE ticker = 'NVLT' AND date IN ('2026-09-21', '2026-09-22') ORDER BY date")
    .all() as { close: number }[]
  expect(warning.body).toContain(`The shares fell ${((1 - after!.close / before!.close) * 100).toFixed(2)}%`)
})

test('a note that claims what the prices do not say cannot be generated', () => {
  const turned = walkPrices(20_261_052).map((row) =>
    row.ticker === 'NVLT' && row.date === '2026-09-22' ? { ...row, close: row.close * 2 } : row,
  )
  expect(() => writeNotes(turned)).toThrow(/says what the prices do not: \{down NVLT day\} is \+/)
})

test('the index of the notes is whole', () => {
  const copy = join(folder, 'copy.sqlite')
  writeMarketFile(copy)
  const db = new DatabaseSync(copy)
  expect(() => db.exec("INSERT INTO notes_text (notes_text, rank) VALUES ('integrity-check', 1)")).not.toThrow()
  db.close()
})
