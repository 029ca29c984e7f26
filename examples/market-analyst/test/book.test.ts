import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import type { CallToJudge } from '@longwire/agent'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { approvalPolicy } from '../book/approval-policy.ts'
import { Book } from '../book/book.ts'
import { bookPath } from '../book/book-path.ts'
import type { Ticket } from '../book/rules.ts'
import { closeOf, listed } from './series.ts'
import { market } from './talk.ts'

let folder: string
let path: string
let book: Book
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'book-'))
  path = join(folder, 'deep/book.sqlite')
  book = new Book(market, path)
})
afterEach(() => {
  book.close()
  rmSync(folder, { recursive: true, force: true })
})

let calls = 0
const ann = (call = `call-${++calls}`) => ({ principal: 'ann', session: 's', call })
const buy = (ticker: string, quantity: number, price?: number): Ticket => ({ side: 'buy', ticker, quantity, price })
const sell = (ticker: string, quantity: number, price?: number): Ticket => ({ side: 'sell', ticker, quantity, price })
const cents = (value: number) => Math.round(value * 100) / 100

test('an order is booked at the last close, in dollars by the last rates, and cash and positions are the sum of all', () => {
  expect(book.state('ann')).toMatchObject({ cash: 100_000, positions: [], orders: [], total: 100_000 })
  const american = cents(20 * closeOf('NVLT'))
  const european = cents(50 * closeOf('KSTL') * closeOf('EXKAXD'))
  const asian = cents((10 * closeOf('HNBI')) / closeOf('AXDPXR'))
  expect(book.place(ann(), buy('nvlt', 20))).toMatchObject({
    number: 1,
    status: 'filled',
    value: american,
    currency: 'AXD',
  })
  expect(book.place(ann(), buy('KSTL', 50))).toMatchObject({ number: 2, value: european, currency: 'EXK' })
  expect(book.place(ann(), buy('HNBI', 10))).toMatchObject({ number: 3, value: asian, currency: 'PXR' })
  expect(book.place(ann(), sell('NVLT', 10))).toMatchObject({ number: 4, value: cents(american / 2) })
  const state = book.state('ann')
  expect(state.cash).toBe(cents(100_000 - american / 2 - european - asian))
  expect(state.positions.map(({ ticker, quantity, cost }) => [ticker, quantity, cost])).toEqual([
    ['HNBI', 10, asian],
    ['KSTL', 50, european],
    ['NVLT', 10, cents(american / 2)],
  ])
  expect(state.total).toBeCloseTo(100_000, 2)
})

test('a limit that the last close does not meet leaves the order open, holding back what it may need, until it is cancelled', () => {
  const close = closeOf('NVLT')
  expect(book.place(ann(), buy('NVLT', 10, close + 5))).toMatchObject({
    status: 'filled',
    price: close,
    limit: close + 5,
  })
  expect(book.place(ann(), buy('NVLT', 600, 140))).toMatchObject({
    number: 2,
    status: 'open',
    price: 140,
    value: 84_000,
  })
  expect(book.state('ann')).toMatchObject({ reserved: 84_000, positions: [{ quantity: 10 }] })
  expect(() => book.place(ann(), buy('NVLT', 100))).toThrow('not enough cash')
  expect(book.place(ann(), sell('NVLT', 10, 200))).toMatchObject({ number: 3, status: 'open' })
  expect(() => book.place(ann(), sell('NVLT', 10))).toThrow('0 NVLT can be sold')
  expect(book.cancel('ann', 2)).toMatchObject({ status: 'cancelled' })
  expect(book.cancel('ann', 2)).toMatchObject({ status: 'cancelled' })
  expect(book.cancel('ann', 3)).toMatchObject({ status: 'cancelled' })
  expect(book.state('ann')).toMatchObject({ reserved: 0 })
  expect(() => book.cancel('ann', 1)).toThrow('is filled')
  expect(() => book.cancel('ann', 9)).toThrow('no order 9')
  expect(() => book.cancel('bob', 1)).toThrow('no order 1')
})

test.each<[string, Ticket, string]>([
  ['a share that there is none of', buy('AAPL', 10), 'there is no «AAPL»'],
  ['what is no share', buy('GLDX', 10), 'is no share'],
  ['half a lot', buy('NVLT', 15), 'whole lots of 10: 20 would be one'],
  ['nothing', buy('NVLT', 0), 'is no quantity'],
  ['less than nothing', buy('NVLT', -10), 'is no quantity'],
  ['a part of a share', buy('NVLT', 10.5), 'is no quantity'],
  ['no number', buy('NVLT', Number.NaN), 'is no quantity'],
  ['more than there could be', buy('NVLT', 10_000_000), 'is no quantity'],
  [
    'more than the cash',
    buy('NVLT', 1_000),
    'not enough cash: 1000 NVLT cost 150,610.00 AXD, and 100,000.00 AXD is free',
  ],
  ['what is not held', sell('NVLT', 10), 'nothing is sold that is not held'],
  ['at a slip of the pen', buy('NVLT', 10, 1.5), 'more than 50% away'],
  ['at a limit that is no number', buy('NVLT', 10, Number.NaN), 'more than 50% away'],
])('an order of %s is refused by name, and books nothing', (_, ticket, says) => {
  const refused = () => book.place(ann(), ticket)
  expect(refused).toThrow(expect.objectContaining({ name: 'OrderRefused', message: expect.stringContaining(says) }))
  expect(book.state('ann')).toMatchObject({ cash: 100_000, positions: [], orders: [] })
})

test('twenty orders may be open at once', () => {
  for (let n = 0; n < 20; n++) book.place(ann(), buy('NRLB', 10, 20))
  expect(() => book.place(ann(), buy('NRLB', 10, 20))).toThrow('20 orders are open already')
  expect(book.place(ann(), buy('NRLB', 10))).toMatchObject({ status: 'filled' })
})

test('a call books one order, however often it is made, and another order under its name is refused', () => {
  const first = book.place(ann('c1'), buy('NVLT', 20))
  expect(book.place(ann('c1'), buy('NVLT', 20))).toEqual(first)
  const again = new Book(market, path)
  expect(again.place(ann('c1'), buy('nvlt', 20))).toEqual(first)
  again.close()
  for (const other of [buy('NVLT', 30), sell('NVLT', 20), buy('KSTL', 20), buy('NVLT', 20, 150)]) {
    expect(() => book.place(ann('c1'), other)).toThrow('has placed another order already')
  }
  expect(() => book.place({ ...ann('c1'), principal: 'bob' }, buy('NVLT', 20))).toThrow('another order')
  expect(book.place({ ...ann('c1'), session: 'other' }, buy('NVLT', 20))).toMatchObject({ number: 2 })
  expect(book.state('ann').positions).toMatchObject([{ quantity: 40 }])
})

test('each principal has a book of its own, whatever the session', () => {
  book.place(ann(), buy('NVLT', 20))
  expect(book.state('bob')).toMatchObject({ cash: 100_000, positions: [] })
})

test('a process that is killed while it places orders leaves each of them whole or not there, and none twice', async () => {
  const child = resolve(import.meta.dirname, 'booking-child.ts')
  const placing = (stopAt: number) =>
    new Promise<void>((over) => {
      const one = spawn(process.execPath, ['--conditions=longwire-source', child, path], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      one.once('close', () => over())
      createInterface(one.stdout).on('line', (line) => {
        if (Number(line) === stopAt) one.kill('SIGKILL')
      })
    })
  for (const stopAt of [3, 17, Number.NaN]) {
    await placing(stopAt)
    const { positions, cash, total } = book.state('ann')
    expect(cash + (positions[0]?.value ?? 0)).toBeCloseTo(total, 2)
  }
  const { positions, orders, cash } = book.state('ann')
  expect(positions).toMatchObject([{ ticker: 'NRLB', quantity: 400 }])
  expect(orders[0]!.number).toBe(40)
  expect(cash).toBeCloseTo(100_000 - 40 * cents(10 * closeOf('NRLB') * closeOf('EXKAXD')), 2)
}, 30_000)

test('whatever is ordered, cash and positions never fall below nothing, and no cent is lost', () => {
  const shares = listed.filter(({ kind }) => kind === 'share').map(({ ticker }) => ticker)
  const ticket = fc.record({
    side: fc.constantFrom('buy' as const, 'sell' as const),
    ticker: fc.constantFrom(...shares.slice(0, 4)),
    quantity: fc.integer({ min: -1, max: 40 }).map((lots) => lots * 10),
    price: fc.option(fc.double({ min: 10, max: 8_000, noNaN: true }), { nil: undefined }),
  })
  let principals = 0
  fc.assert(
    fc.property(fc.array(ticket, { maxLength: 12 }), (tickets) => {
      const principal = `p${++principals}`
      for (const each of tickets) {
        try {
          book.place({ ...ann(), principal }, each)
        } catch (error) {
          expect((error as Error).name).toBe('OrderRefused')
        }
        const { cash, reserved, positions, total } = book.state(principal)
        expect(cash - reserved).toBeGreaterThanOrEqual(0)
        for (const { quantity } of positions) expect(quantity).toBeGreaterThan(0)
        // Each position is valued as a whole and was bought in parts: a cent for each order may be rounded away.
        expect(Math.abs(total - 100_000)).toBeLessThan(0.13)
      }
    }),
    { numRuns: 15 },
  )
})

test('an order over the limit needs a person, one below does not, and one that the book refuses asks nobody', async () => {
  const policy = approvalPolicy(market, book)
  const judge = (ticket: Ticket, tool = 'place_order') =>
    policy({ tool, input: ticket, principal: 'ann', call: 'c', session: 's', history: [] } satisfies CallToJudge)
  expect(judge(buy('NVLT', 60))).toBe('allow')
  expect(judge(buy('NVLT', 70))).toEqual({
    verdict: 'ask',
    reason: 'The order is worth 10,542.70 AXD, more than 10,000.00 AXD.',
  })
  expect(judge(buy('NVLT', 60, 170))).toMatchObject({ verdict: 'ask' })
  expect(judge(buy('NVLT', 10_000))).toBe('allow')
  expect(judge(sell('NVLT', 70))).toBe('allow')
  expect(judge(buy('NVLT', 70), 'show_book')).toBeUndefined()
})

test('the book is beside the session log unless a file is named', () => {
  expect(bookPath({})).toBe(resolve('.longwire/book.sqlite'))
  expect(bookPath({ LONGWIRE_DATA: '/data' })).toBe(resolve('/data/book.sqlite'))
  expect(bookPath({ LONGWIRE_DATA: '/data', LONGWIRE_BOOK: '/books/mine.sqlite' })).toBe(resolve('/books/mine.sqlite'))
})
