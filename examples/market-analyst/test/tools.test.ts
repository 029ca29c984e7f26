import type { ToolContext } from '@longwire/agent'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { z } from 'zod'
import { MARKET_FILE } from '../market/market.ts'
import { matchAny } from '../tools/search-notes.ts'
import {
  averageOf,
  changeOf,
  correlationOf,
  drawdownOf,
  listed,
  mean,
  movesOf,
  pct,
  spanOf,
  tickersOf,
  volatilityOf,
} from './series.ts'
import { context, market, tools } from './talk.ts'

type Tools = typeof tools
type Output<Name extends keyof Tools> = Awaited<ReturnType<NonNullable<Tools[Name]['execute']>>>

/** Calls a tool as a model does: its input goes through the schema first. */
async function call<Name extends keyof Tools>(
  name: Name,
  input: object,
  over: Partial<ToolContext> = {},
): Promise<Output<Name>> {
  const { inputSchema, execute } = tools[name]
  const parsed = (inputSchema as unknown as z.ZodType).parse(input)
  return (await execute!(parsed as never, { ...context, ...over })) as Output<Name>
}

const YEAR = { from: '2025-11-01', to: '2026-10-30' }
const PERIODS = [
  YEAR,
  { from: '2025-01-01', to: '2025-12-31' },
  { from: '2022-01-01', to: '2023-03-31' },
  { from: '2026-10-30', to: '2026-10-30' },
]

describe('rank_performance', () => {
  test.each(PERIODS)('gives every change from $from to $to as the rows give it', async ({ from, to }) => {
    const { rows, count, advancers, decliners, averagePct } = await call('rank_performance', { from, to })
    expect(count).toBe(36)
    for (const row of rows) {
      const span = spanOf(row.ticker, from, to)
      expect(row).toMatchObject({ baseDate: span[0]!.date, baseClose: span[0]!.close, lastDate: span.at(-1)!.date })
      expect(row.changePct).toBeCloseTo(pct(changeOf(row.ticker, from, to)), 6)
    }
    const changes = listed.map(({ ticker }) => changeOf(ticker, from, to))
    expect(averagePct).toBeCloseTo(pct(mean(changes)), 6)
    expect([advancers, decliners]).toEqual([
      changes.filter((change) => change > 0).length,
      changes.filter((change) => change < 0).length,
    ])
  })

  test('ranks best or worst first, and counts all that were selected', async () => {
    const best = await call('rank_performance', { ...YEAR, kinds: ['share'], limit: 3 })
    const worst = await call('rank_performance', { ...YEAR, kinds: ['share'], order: 'worst', limit: 3 })
    const ranked = tickersOf(({ kind }) => kind === 'share').sort(
      (a, b) => changeOf(b, YEAR.from, YEAR.to) - changeOf(a, YEAR.from, YEAR.to),
    )
    expect(best.rows.map(({ ticker }) => ticker)).toEqual(ranked.slice(0, 3))
    expect(worst.rows.map(({ ticker }) => ticker)).toEqual(ranked.slice(-3).reverse())
    expect([best.count, worst.count]).toEqual([24, 24])
  })

  test('gives no rows for a weekend, and refuses a period without prices or that ends before it begins', async () => {
    expect(await call('rank_performance', { from: '2026-10-24', to: '2026-10-25' })).toMatchObject({
      count: 0,
      rows: [],
      averagePct: 0,
    })
    await expect(call('rank_performance', { from: '2019-01-01', to: '2019-12-31' })).rejects.toThrow(
      'the data covers 2022-11-01 to 2026-10-30',
    )
    await expect(call('rank_performance', { from: '2026-02-01', to: '2026-01-01' })).rejects.toThrow(
      'ends before it begins',
    )
    await expect(call('rank_performance', { from: '2026-02-30' })).rejects.toThrow(/ISO date/)
  })
})

describe('compare_groups', () => {
  test.each(['sector', 'region'] as const)('averages, counts and ranks the shares of each %s', async (by) => {
    const { groups } = await call('compare_groups', { by, ...YEAR })
    expect(groups).toHaveLength(by === 'sector' ? 6 : 3)
    for (const group of groups) {
      const members = tickersOf((one) => one.kind === 'share' && one[by] === group.group)
      const changes = members
        .map((ticker) => ({ ticker, change: changeOf(ticker, YEAR.from, YEAR.to) }))
        .sort((a, b) => b.change - a.change)
      expect(group.averagePct).toBeCloseTo(pct(mean(changes.map(({ change }) => change))), 6)
      expect(group).toMatchObject({
        count: members.length,
        advancers: changes.filter(({ change }) => change > 0).length,
        best: { ticker: changes[0]!.ticker, changePct: pct(changes[0]!.change) },
        worst: { ticker: changes.at(-1)!.ticker, changePct: pct(changes.at(-1)!.change) },
      })
    }
    expect(groups.map(({ averagePct }) => averagePct)).toEqual(
      groups.map(({ averagePct }) => averagePct).sort((a, b) => b - a),
    )
  })

  test('compares kinds over everything, and only within what was selected', async () => {
    const kinds = await call('compare_groups', { by: 'kind', ...YEAR })
    expect(kinds.groups.map(({ group, count }) => [group, count]).sort()).toEqual([
      ['commodity', 5],
      ['currency', 3],
      ['index', 4],
      ['share', 24],
    ])
    const europe = await call('compare_groups', { by: 'sector', regions: ['europe'], ...YEAR })
    expect(europe.groups.reduce((sum, { count }) => sum + count, 0)).toBe(7)
  })
})

describe('measure_risk', () => {
  test.each(PERIODS.slice(0, 3))(
    'gives volatility, drawdown and the extreme days from $from to $to',
    async ({ from, to }) => {
      const { rows } = await call('measure_risk', { from, to })
      expect(rows).toHaveLength(36)
      for (const row of rows) {
        const moves = movesOf(row.ticker, from, to)
        const { fall, peakDate, troughDate } = drawdownOf(row.ticker, from, to)
        expect(row.sessions).toBe(moves.length)
        expect(row.volatilityPct).toBeCloseTo(pct(volatilityOf(row.ticker, from, to)), 6)
        expect(row).toMatchObject({ maxDrawdownPct: pct(fall), peakDate, troughDate })
        const sorted = moves.toSorted((a, b) => b.move - a.move)
        expect(row.bestDay).toEqual({ date: sorted[0]!.date, changePct: pct(sorted[0]!.move) })
        expect(row.worstDay).toEqual({ date: sorted.at(-1)!.date, changePct: pct(sorted.at(-1)!.move) })
      }
    },
  )

  test('puts first what it was asked to', async () => {
    const order = async (order: string) => (await call('measure_risk', { ...YEAR, order })).rows
    const most = await order('most-volatile')
    expect((await order('least-volatile')).map(({ volatilityPct }) => volatilityPct)).toEqual(
      most.map(({ volatilityPct }) => volatilityPct).reverse(),
    )
    const falls = (await order('deepest-drawdown')).map(({ maxDrawdownPct }) => maxDrawdownPct)
    expect(falls).toEqual(falls.toSorted((a, b) => a - b))
  })
})

describe('correlate', () => {
  test('gives Pearson’s correlation of daily changes for each pair', async () => {
    const { pairs } = await call('correlate', { tickers: ['NVLT', 'HNBI', 'GLDX', 'MWLD'], ...YEAR })
    expect(pairs).toHaveLength(6)
    for (const { a, b, correlation, sessions } of pairs) {
      expect(sessions).toBe(movesOf(a, YEAR.from, YEAR.to).length)
      expect(correlation).toBeCloseTo(Number(correlationOf(a, b, YEAR.from, YEAR.to).toFixed(2)), 6)
    }
  })

  test('has no figure for a single day, and refuses one instrument alone', async () => {
    const { pairs } = await call('correlate', { tickers: ['NVLT', 'HNBI'], from: '2026-10-30', to: '2026-10-30' })
    expect(pairs).toEqual([{ a: 'HNBI', b: 'NVLT', correlation: null, sessions: 1 }])
    await expect(call('correlate', { tickers: ['NVLT'], ...YEAR })).rejects.toThrow()
  })
})

describe('moving_averages', () => {
  test.each(['2026-10-30', '2024-08-06'])(
    'averages 20, 50 and 200 closes up to %s, and reads the trend from them',
    async (date) => {
      for (const row of (await call('moving_averages', { date })).rows) {
        const [a20, a50, a200] = [20, 50, 200].map((sessions) => averageOf(row.ticker, date, sessions)) as [
          number,
          number,
          number,
        ]
        expect(row.average20).toBeCloseTo(a20, 3)
        expect(row.average50).toBeCloseTo(a50, 3)
        expect(row.average200).toBeCloseTo(a200, 3)
        expect(row.above200Pct).toBeCloseTo(pct(row.close / a200 - 1), 6)
        expect(row.trend).toBe(row.close > a50 && a50 > a200 ? 'up' : row.close < a50 && a50 < a200 ? 'down' : 'mixed')
      }
    },
  )

  test('finds the last day on which the 50-session average crossed the 200-session one', async () => {
    const { rows } = await call('moving_averages', { tickers: ['MWLD', 'NVLT', 'GLDX'] })
    for (const { ticker, lastCross } of rows) {
      const days = spanOf(ticker, '2022-01-01', '2026-10-30').slice(199)
      const above = days.map(({ date }) => averageOf(ticker, date, 50) > averageOf(ticker, date, 200))
      const at = above.findLastIndex((is, i) => i > 0 && is !== above[i - 1])
      expect(lastCross).toEqual({ date: days[at]!.date, direction: above[at] ? 'up' : 'down' })
    }
  })

  test('does not pretend to an average where there are too few closes', async () => {
    const { rows } = await call('moving_averages', { tickers: ['NVLT'], date: '2022-12-30' })
    expect(rows[0]).toMatchObject({
      average50: null,
      average200: null,
      above200Pct: null,
      trend: 'unknown',
      lastCross: null,
    })
    expect(rows[0]!.average20).toBeTypeOf('number')
  })
})

describe('find_large_moves', () => {
  test.each(['up', 'down', 'any'] as const)('finds the largest days (%s) of all shares', async (direction) => {
    const { moves } = await call('find_large_moves', { ...YEAR, kinds: ['share'], direction, limit: 10 })
    const all = tickersOf(({ kind }) => kind === 'share').flatMap((ticker) =>
      movesOf(ticker, YEAR.from, YEAR.to).map((day) => ({ ticker, ...day })),
    )
    const fits = all.filter(({ move }) => direction === 'any' || move > 0 === (direction === 'up'))
    const expected = fits.toSorted((a, b) => Math.abs(b.move) - Math.abs(a.move)).slice(0, 10)
    expect(moves.map(({ ticker, date, changePct }) => ({ ticker, date, changePct }))).toEqual(
      expected.map(({ ticker, date, move }) => ({ ticker, date, changePct: pct(move) })),
    )
  })
})

describe('get_prices', () => {
  test('gives each day, and the highest and lowest close', async () => {
    const { points, highest, lowest, currency } = await call('get_prices', {
      ticker: 'oilx',
      from: '2025-06-01',
      to: '2025-06-30',
    })
    const days = spanOf('OILX', '2025-06-01', '2025-06-30').slice(1)
    expect(points.map(({ date, close }) => ({ date, close }))).toEqual(days.map(({ date, close }) => ({ date, close })))
    expect(highest!.close).toBe(Math.max(...days.map(({ close }) => close)))
    expect(lowest!.close).toBe(Math.min(...days.map(({ close }) => close)))
    expect(currency).toBe('AXD')
  })

  test('gathers days into weeks and months: first open, highest high, lowest low, last close, all volume', async () => {
    const span = { ticker: 'NVLT', from: '2025-12-01', to: '2026-02-27' }
    const days = (await call('get_prices', span)).points
    const months = (await call('get_prices', { ...span, every: 'month' })).points
    const december = days.filter(({ date }) => date.startsWith('2025-12'))
    expect(months).toHaveLength(3)
    expect(months[0]).toEqual({
      date: december.at(-1)!.date,
      open: december[0]!.open,
      high: Math.max(...december.map(({ high }) => high)),
      low: Math.min(...december.map(({ low }) => low)),
      close: december.at(-1)!.close,
      volume: december.reduce((sum, { volume }) => sum + volume!, 0),
      changePct: pct(changeOf('NVLT', '2025-12-01', '2025-12-31')),
    })
    const weeks = (await call('get_prices', { ...span, every: 'week' })).points
    expect(weeks).toHaveLength(13)
    expect(weeks.every(({ date }) => new Date(date).getUTCDay() === 5)).toBe(true)
  })

  test('refuses more prices than a model should read, and says what to do', async () => {
    await expect(call('get_prices', { ticker: 'NVLT', from: '2022-11-01' })).rejects.toThrow(
      'ask for every week or month',
    )
  })
})

describe('find_instruments', () => {
  test('finds by words, sector, region and kind, whatever their case', async () => {
    const tickers = async (input: object) =>
      (await call('find_instruments', input)).instruments.map(({ ticker }) => ticker).sort()
    expect(await tickers({})).toHaveLength(36)
    expect(await tickers({ query: 'novalith SEMI' })).toEqual(['NVLT'])
    expect(await tickers({ query: 'bank', regions: ['Europe'] })).toEqual(['NRLB'])
    expect(await tickers({ sectors: ['ENERGY'], regions: ['americas'] })).toEqual(['BRPL', 'MSLR'])
    expect(await tickers({ kinds: ['index'] })).toEqual(['COLX', 'MWLD', 'RHNX', 'SLTX'])
    expect(await tickers({ query: 'Apple' })).toEqual([])
  })

  test.each([["'; DROP TABLE prices; --"], ['%'], ['_'], ['\0'], ['😀'], ['a'.repeat(200)], ["Robert') OR 1=1"]])(
    'takes %j for words and nothing else',
    async (query) => {
      expect(await call('find_instruments', { query })).toMatchObject({ total: 0, instruments: [] })
      expect(market.rows('SELECT count(*) AS n FROM prices')).toEqual([{ n: 37_584 }])
    },
  )

  test('says what there is when a sector, a region or a ticker is not there', async () => {
    await expect(call('find_instruments', { sectors: ['Crypto'] })).rejects.toThrow('no sector «Crypto»: there are')
    await expect(call('find_instruments', { regions: ['Mars'] })).rejects.toThrow('Americas')
    await expect(call('rank_performance', { ...YEAR, tickers: ['AAPL'] })).rejects.toThrow(
      'no ticker «AAPL»: find_instruments lists them',
    )
    await expect(call('rank_performance', { ...YEAR, kinds: ['share'], regions: ['Global'] })).rejects.toThrow(
      'no instrument fits',
    )
  })
})

describe('search_notes', () => {
  test('finds words in any form, the most fitting note first', async () => {
    const { notes, total } = await call('search_notes', { query: 'semiconductor', limit: 20 })
    expect(notes[0]!.title).toBe('Where semiconductors stand')
    expect(notes).toHaveLength(total)
    const text = await call('search_notes', { query: 'tariffs' })
    expect(text.notes.map(({ title }) => title).sort()).toEqual([
      'Tariffs are put on hold',
      'Tariffs hit freight, machines and copper',
    ])
  })

  test('keeps to tags and dates, the latest first where no words are given', async () => {
    const { notes } = await call('search_notes', { tickers: ['nvlt'], from: '2026-01-01', to: '2026-09-30', limit: 20 })
    const expected = market.rows<{ id: number }>(
      "SELECT id FROM notes WHERE tags LIKE '%NVLT%' AND date BETWEEN '2026-01-01' AND '2026-09-30' ORDER BY date DESC, id DESC",
    )
    expect(expected.length).toBeGreaterThan(2)
    expect(notes.map(({ id }) => id)).toEqual(expected.map(({ id }) => id))
  })

  test('finds all words’ notes when several tags are given, and none for a tag that does not exist', async () => {
    const both = await call('search_notes', { sectors: ['energy'], regions: ['Europe'], limit: 20 })
    const energy = await call('search_notes', { sectors: ['Energy'], limit: 20 })
    expect(both.total).toBeGreaterThan(energy.total)
    await expect(call('search_notes', { sectors: ['Crypto'] })).rejects.toThrow('no sector')
  })

  test.each([
    '"',
    "'",
    'AND OR NOT',
    'NEAR(a b)',
    'title:x',
    '*',
    '^a',
    '(((',
    'a" OR "b',
    '-',
    '+',
    '{}',
    ':',
    ' ',
    '\0',
    '😀',
    'x'.repeat(500),
  ])('takes the query %j for words, never for operators', async (query) => {
    await expect(call('search_notes', { query })).resolves.toHaveProperty('notes')
  })

  test('no text whatever breaks the search', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 60 }), async (query) => {
        expect(matchAny(query)).toMatch(/^("[\p{L}\p{N}]+"( OR (?="))?)*$/u)
        await call('search_notes', { query })
      }),
      { numRuns: 200 },
    )
  })
})

describe('run_sql', () => {
  test('runs one SELECT and gives its rows', async () => {
    const { columns, rows, cut } = await call('run_sql', {
      sql: "SELECT sector, count(*) AS n FROM instruments WHERE kind = 'share' GROUP BY sector ORDER BY sector; ",
    })
    expect(columns).toEqual(['sector', 'n'])
    expect(rows).toHaveLength(6)
    expect(rows[0]).toEqual(['Consumer', 4])
    expect(cut).toBe(false)
  })

  test('cuts at 200 rows and says so', async () => {
    const { rows, cut } = await call('run_sql', { sql: 'SELECT * FROM prices -- all of them' })
    expect([rows.length, cut]).toEqual([200, true])
  })

  test.each([
    ['DELETE FROM prices', 'only a SELECT'],
    ['PRAGMA writable_schema = 1', 'only a SELECT'],
    ["ATTACH '/etc/passwd' AS x", 'only a SELECT'],
    ['SELECT 1; DROP TABLE prices', 'syntax error'],
    ['WITH x AS (SELECT 1) DELETE FROM prices', 'syntax error'],
    ['SELECT * FROM nowhere', 'no such table: nowhere'],
    ["SELECT load_extension('x')", 'not authorized|no such function'],
    ["SELECT writefile('x', 'y')", 'no such function'],
    ['SELECT "\0"', 'NUL'],
  ])('refuses «%s»', async (sql, says) => {
    await expect(call('run_sql', { sql })).rejects.toThrow(new RegExp(says))
    expect(market.rows('SELECT count(*) AS n FROM prices')).toEqual([{ n: 37_584 }])
  })

  test('ends a query that would run for ever, while this thread goes on', async () => {
    let turns = 0
    const ticking = setInterval(() => turns++, 20)
    const endless = 'WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) FROM c'
    await expect(call('run_sql', { sql: endless })).rejects.toThrow('took over 3000 ms')
    clearInterval(ticking)
    expect(turns).toBeGreaterThan(20)
  })

  test('refuses a result that is too big to read, and stops when the turn does', async () => {
    const big = 'SELECT hex(zeroblob(200000)) FROM prices LIMIT 50'
    await expect(call('run_sql', { sql: big })).rejects.toThrow('over 262144 bytes')
    const abort = new AbortController()
    const running = call('run_sql', { sql: 'SELECT count(*) FROM prices a, prices b' }, { signal: abort.signal })
    abort.abort(new Error('the person left'))
    await expect(running).rejects.toThrow('the person left')
  })
})

test('every tool says what it does in a line for the person, whatever it is given', () => {
  for (const [name, { milestone, title }] of Object.entries(tools)) {
    const say = (input: object) => (typeof milestone === 'function' ? milestone(input as never) : milestone)
    const hostile = {
      query: 'x'.repeat(500),
      ticker: 'y'.repeat(20),
      tickers: Array(40).fill('z'.repeat(20)),
      by: 'sector',
      ...YEAR,
    }
    expect(say(hostile)!.length, name).toBeLessThan(200)
    expect(title, name).toBeTruthy()
  }
  const say = tools.search_notes.milestone as (input: object) => string
  expect(say({ query: 'semiconductors' })).toBe('Searching the notes for *semiconductors*')
})

test('a tool leaves its SQL in the trace, with parameters and the number of rows', async () => {
  const notes: unknown[] = []
  const trace = {
    ...context.trace,
    note: (label: string, options: unknown) => void notes.push({ label, ...(options as object) }),
  }
  await call('rank_performance', { ...YEAR, tickers: ['NVLT'] }, { trace })
  expect(notes).toEqual([
    {
      ...{ label: 'SQL', level: 'detail', kind: 'search' },
      detail: { sql: expect.stringContaining('last_close'), parameters: { ...YEAR, tickers: '["NVLT"]' }, rows: 1 },
    },
  ])
})

test('the market is opened for reading only', () => {
  expect(MARKET_FILE).toMatch(/market\.sqlite$/)
  expect(() => market.rows('DELETE FROM notes')).toThrow(/readonly/)
})
