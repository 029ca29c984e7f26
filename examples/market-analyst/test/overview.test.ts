import { DatabaseSync } from 'node:sqlite'
import { beforeAll, expect, test } from 'vitest'
import { MARKET_FILE } from '../market/market.ts'
import { type Answer, Talk } from './talk.ts'

// The first question of a newcomer. Every figure of its answer, against SQL of the test's own.

const BASE = '2026-07-30'
const MONTH_BASE = '2026-09-30'
const LAST = '2026-10-30'

let answer: Answer
beforeAll(async () => {
  answer = await new Talk().ask('Analyze the latest market trends.')
})

const db = new DatabaseSync(MARKET_FILE, { readOnly: true })

function sql<Row>(query: string, ...parameters: string[]): Row[] {
  return db.prepare(query).all(...parameters) as unknown as Row[]
}

/** What each instrument changed by between two closes, in per cent with a sign, as the answer writes it. */
const CHANGES = `
  SELECT i.ticker, i.name, i.kind, i.sector, i.region, 100.0 * b.close / a.close - 100 AS pct
  FROM instruments i JOIN prices a ON a.ticker = i.ticker AND a.date = ? JOIN prices b ON b.ticker = i.ticker AND b.date = ?`

type Change = { ticker: string; name: string; pct: number }
const changes = (from: string, where: string) =>
  sql<Change>(`SELECT * FROM (${CHANGES}) WHERE ${where} ORDER BY pct DESC`, from, LAST)
const signed = (pct: number) => `${pct > 0 ? '+' : ''}${pct.toFixed(2)}%`

test('it plans first, then asks again about what it found', () => {
  expect(answer.steps).toBe(3)
  expect(answer.reasoning).toMatch(/^To see where the market is heading/)
  expect(answer.reasoning).toContain('1. Compare sectors and regions over the past 3 months.')
  expect(answer.called.slice(-2).map(({ tool }) => tool)).toEqual(['search_notes', 'search_notes'])
})

test('every sector stands in its table with the average, the count and the best and worst share', () => {
  const sectors = sql<{ sector: string; pct: number; rose: number; n: number }>(
    `SELECT sector, avg(pct) AS pct, sum(pct > 0) AS rose, count(*) AS n FROM (${CHANGES}) WHERE kind = 'share' GROUP BY sector ORDER BY pct DESC`,
    BASE,
    LAST,
  )
  const lines = sectors.map(({ sector, pct, rose, n }) => {
    const members = changes(BASE, `kind = 'share' AND sector = '${sector}'`)
    const [best, worst] = [members[0]!, members.at(-1)!]
    return `| ${sector} | ${signed(pct)} | ${rose} of ${n} | ${best.ticker} ${signed(best.pct)} | ${worst.ticker} ${signed(worst.pct)} |`
  })
  expect(lines).toHaveLength(6)
  expect(answer.text).toContain(lines.join('\n'))
  const [first, last] = [sectors[0]!, sectors.at(-1)!]
  expect(answer.text).toMatch(new RegExp(`^\\*\\*${first.sector} leads and ${last.sector} lags\\*\\*`))
  expect(answer.text).toContain(
    `${first.sector} shares gained ${first.pct.toFixed(2)}% on average while ${last.sector} shares lost ${(-last.pct).toFixed(2)}%`,
  )
})

test('every region stands there with its average', () => {
  for (const region of ['Americas', 'Europe', 'Asia-Pacific']) {
    const members = changes(BASE, `kind = 'share' AND region = '${region}'`)
    const average = members.reduce((sum, { pct }) => sum + pct, 0) / members.length
    expect(answer.text).toContain(`**${region}** ${signed(average)} on average, from ${members.at(-1)!.name}`)
  }
})

test('the movers of the month are the three best and the three worst of all shares', () => {
  const shares = changes(MONTH_BASE, "kind = 'share'")
  for (const { name, ticker, pct } of [...shares.slice(0, 3), ...shares.slice(-3)]) {
    expect(answer.text).toContain(`| ${name} (${ticker}) | ${signed(pct)} |`)
  }
  const rose = shares.filter(({ pct }) => pct > 0).length
  expect(answer.text).toContain(`Of 24 shares ${rose} rose`)
})

test('commodities, currencies and indices have their figures', () => {
  for (const { name, pct } of changes(BASE, "kind IN ('commodity', 'currency')"))
    expect(answer.text).toContain(`${name} ${signed(pct)}`)
  for (const { ticker, close, mean } of sql<{ ticker: string; close: number; mean: number }>(
    `SELECT p.ticker, p.close, (SELECT avg(close) FROM (SELECT close FROM prices q WHERE q.ticker = p.ticker ORDER BY date DESC LIMIT 200)) AS mean
     FROM prices p JOIN instruments i USING (ticker) WHERE i.kind = 'index' AND p.date = ?`,
    LAST,
  )) {
    const line = answer.text.split('\n').find((text) => text.includes(`(${ticker})** at`))!
    expect(line).toContain(close.toLocaleString('en-US', { minimumFractionDigits: 2 }))
    expect(line).toContain(`${signed((close / mean - 1) * 100)} against the 200-session average`)
  }
})

test('each note is quoted as it stands, with its date, and belongs to the time', () => {
  const quoted = answer.text.split('### What the notes say')[1]!.match(/^- .*$/gm)!
  const notes = sql<{ date: string; title: string; body: string }>('SELECT * FROM notes WHERE date > ?', BASE)
  expect(quoted.length).toBeGreaterThanOrEqual(3)
  for (const line of quoted)
    expect(notes.filter(({ title, body }) => line.includes(`*${title}*: ${body}`))).toHaveLength(1)
  expect(answer.text).toContain('Novalith warns of full warehouses')
})
