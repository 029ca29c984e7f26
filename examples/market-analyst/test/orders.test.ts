import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FormOptions, Given, ToolSet } from '@longwire/agent'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Book } from '../book/book.ts'
import { askPerson } from '../tools/ask-person.ts'
import { bookTools, plannedTools } from '../tools/index.ts'
import { market, Talk, tools } from './talk.ts'

// What is said of orders and back-tests, and what the offline model makes of it: with the real book, and a person who
// answers as the test wants.

let folder: string
let book: Book
let asked: FormOptions<unknown>[]
let given: Given<unknown>
let talk: Talk

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'orders-'))
  book = new Book(market, join(folder, 'book.sqlite'))
  asked = []
  given = { action: 'cancel' }
  talk = new Talk({ tools: allTools() })
})
afterEach(() => {
  book.close()
  rmSync(folder, { recursive: true, force: true })
})

function allTools(): ToolSet {
  const form = async (options: FormOptions<unknown>) => {
    asked.push(options)
    return given
  }
  return {
    ...tools,
    ...bookTools(book),
    ...plannedTools(market),
    ask_person: askPerson({ request: { form } as never }),
  }
}

const held = () => book.state('tester')

describe('an order', () => {
  test.each<[string, object]>([
    ['Buy 20 Novalith', { side: 'buy', ticker: 'NVLT', quantity: 20 }],
    ['please buy me 20 shares of NVLT', { side: 'buy', ticker: 'NVLT', quantity: 20 }],
    ["I'd like to buy 1,000 NRLB at 34.5", { side: 'buy', ticker: 'NRLB', quantity: 1_000, price: 34.5 }],
    ['can you buy 2 lots of Kestrel for no more than 60?', { side: 'buy', ticker: 'KSTL', quantity: 20, price: 60 }],
    ['OK, buy Strato, 30 shares, limit 100', { side: 'buy', ticker: 'STRC', quantity: 30, price: 100 }],
    ['purchase a hundred Norrland Bank', { side: 'buy', ticker: 'NRLB', quantity: 100 }],
    ['place an order to buy 10 Hanabi', { side: 'buy', ticker: 'HNBI', quantity: 10 }],
    ['buy 20 banks in Europe', { side: 'buy', ticker: 'NRLB', quantity: 20 }],
  ])('«%s» is placed as it is said', async (text, input) => {
    const { called, text: answer } = await talk.ask(text)
    expect(called.map(({ tool, input }) => [tool, input])).toEqual([['place_order', input]])
    expect(answer).toMatch(/\*\*(?:Bought|Order 1 is open)/)
  })

  test.each([
    'Should I buy 20 Novalith?',
    'What if I buy 100 NVLT',
    "Don't buy 20 NVLT",
    'Buy Novalith?',
    'buy or sell NVLT?',
    'Would you buy 20 Novalith?',
    'Did I buy 20 NVLT',
    'Why did the sell-off in banks happen?',
    'sell-off in Novalith',
    'How much did buyers of semiconductors lose?',
    'Which share is a good buy?',
  ])('«%s» is none', async (text) => {
    const { called, text: answer } = await talk.ask(text)
    expect(called.map(({ tool }) => tool)).not.toContain('place_order')
    expect(asked).toEqual([])
    expect(answer.trim()).not.toBe('')
    expect(held().orders).toEqual([])
  })

  test.each([
    ['Buy 20 Apple', 'I know no share called “Apple”'],
    ['Buy 20 gold', 'Fine Gold (GLDX) is no share'],
    ['Short 20 NVLT', 'nothing is sold short'],
    ['Buy 20 NVLT and sell 10 KSTL', 'one order at a time'],
    ['Buy 15 NVLT', 'whole lots of 10'],
    ['Sell 20 NVLT', 'nothing is sold that is not held'],
    ['Sell all my Novalith', 'the book holds no NVLT'],
    ['Buy 10000 NVLT', 'not enough cash'],
  ])('«%s» is not placed, and the answer says why', async (text, why) => {
    const { text: answer } = await talk.ask(text)
    expect(answer).toMatch(/\*\*(?:I placed no order|The order was not placed)\*\*/)
    expect(answer).toContain(why)
    expect(held()).toMatchObject({ cash: 100_000, orders: [] })
  })

  test.each<[string, readonly string[], string]>([
    ['Buy some semiconductors', ['ticker', 'quantity'], 'Which share shall I buy, and how many?'],
    ['Buy 20 of the banks', ['ticker'], 'Which share shall I buy?'],
    ['Sell Novalith', ['quantity'], 'How many Novalith Semiconductors shares shall I sell?'],
    ['Buy Novalith for 5000 dollars', ['quantity'], 'I take a number of shares, not an amount of money'],
    ['Buy 20 Novolith', ['ticker'], 'Which share shall I buy?'],
    ['Place an order', ['side', 'ticker', 'quantity'], 'What order shall I place?'],
  ])('«%s» is asked about: %j', async (text, fields, message) => {
    const { text: answer, called } = await talk.ask(text)
    expect(Object.keys((asked[0]!.schema as { properties: object }).properties)).toEqual(fields)
    expect(asked[0]!.message).toContain(message)
    expect(called.map(({ tool }) => tool)).toEqual(['ask_person'])
    expect(answer).toContain('**I placed no order**: what I had to know was left open.')
  })

  test('is what the person fills in', async () => {
    given = { action: 'accept', content: { ticker: 'HNBI', quantity: 20 } }
    expect((await talk.ask('Buy some semiconductors')).text).toContain(
      '**Bought 20 Hanabi Devices (HNBI) at 5,511.66 PXR**',
    )
    expect(held().positions).toMatchObject([{ ticker: 'HNBI', quantity: 20 }])
  })

  test('of «it» is for what was spoken of, and what follows orders nothing again', async () => {
    await talk.ask('How is Kestrel doing?')
    await talk.ask('buy 20 of it')
    expect(held().positions).toMatchObject([{ ticker: 'KSTL', quantity: 20 }])
    const { called } = await talk.ask('and how did it do in 2025?')
    expect(called.map(({ tool }) => tool)).toContain('rank_performance')
    await talk.ask('and Novalith?')
    await talk.ask('sell it all')
    expect(held().orders).toHaveLength(1)
  })

  test('stays told, whatever is said while it is placed; a question beside it is answered as well', async () => {
    const order = { side: 'buy', ticker: 'NVLT', quantity: 20 }
    const output = {
      order: book.place({ principal: 'tester', session: 's', call: 'x' }, order as never),
      cash: 1,
      position: 20,
    }
    for (const steer of ['only Europe', 'And how is gold doing?']) {
      const steered = new Talk({ tools: allTools() })
      steered.prompt.push(
        { role: 'user', content: [{ type: 'text', text: 'Buy 20 Novalith' }] },
        {
          role: 'assistant',
          content: [{ type: 'tool-call', toolCallId: 'x', toolName: 'place_order', input: order }],
        },
        {
          role: 'tool',
          content: [
            { type: 'tool-result', toolCallId: 'x', toolName: 'place_order', output: { type: 'json', value: output } },
          ],
        },
      )
      const { text, called } = await steered.ask(steer)
      expect(text).toContain('**Bought 20 Novalith Semiconductors (NVLT)')
      expect(called.map(({ tool }) => tool)).not.toContain('place_order')
      expect(called.length).toBeGreaterThan(0)
    }
  })

  test('that a turn left unanswered is not placed by the next', async () => {
    talk.prompt.push({ role: 'user', content: [{ type: 'text', text: 'Buy 20 Novalith' }] })
    const { called, text } = await talk.ask('How is gold doing?')
    expect(called.map(({ tool }) => tool)).not.toContain('place_order')
    expect(text).toContain('I have not placed the order that you asked for before')
  })

  test('that was stopped can be given again', async () => {
    talk.prompt.push(
      { role: 'user', content: [{ type: 'text', text: 'Buy 20 Novalith' }] },
      {
        role: 'assistant',
        content: [
          {
            type: 'tool-call',
            toolCallId: 'x',
            toolName: 'place_order',
            input: { side: 'buy', ticker: 'NVLT', quantity: 20 },
          },
        ],
      },
      {
        role: 'tool',
        content: [
          {
            type: 'tool-result',
            toolCallId: 'x',
            toolName: 'place_order',
            output: { type: 'error-text', value: 'stopped by a person' },
          },
        ],
      },
    )
    expect((await talk.ask('Buy 20 Novalith')).text).toContain('**Bought 20')
  })

  test('cannot be placed where there is no tool for it', async () => {
    expect((await new Talk().ask('Buy 100 NVLT')).text).toContain("I can't place orders or trade here")
  })
})

test('the book is shown as it is, and an open order is taken back', async () => {
  await talk.ask('Buy 20 Novalith')
  await talk.ask('Buy 30 Strato at 100')
  const { text } = await talk.ask('Show my positions')
  expect(text).toContain('**The book is worth 100,000.00 AXD**: 96,987.80 AXD in cash and 1 position.')
  expect(text).toContain('| Novalith Semiconductors (NVLT) | 20 | 150.61 AXD | 3,012.20 AXD | 3,012.20 AXD |')
  expect(text).toContain('| 2 | buy 30 Strato Cloud Systems (STRC) | 100.00 AXD | 3,000.00 AXD | open |')
  expect((await talk.ask('cancel order 1')).text).toContain('is filled')
  expect((await talk.ask('cancel my order')).text).toContain('**Order 2 is cancelled**')
  expect((await talk.ask('cancel my order')).text).toContain('There is no open order to cancel')
})

test.each<[string, object]>([
  [
    'Back-test a 50/200-day crossover on technology shares',
    { sectors: ['Technology'], kinds: ['share'], fast: 50, slow: 200 },
  ],
  [
    'backtest 20 over 100 days on Novalith in 2025',
    { tickers: ['NVLT'], fast: 20, slow: 100, from: '2025-01-01', to: '2025-12-31' },
  ],
  [
    'run a back test of the golden cross on European shares',
    { regions: ['Europe'], kinds: ['share'], fast: 50, slow: 200 },
  ],
  [
    'backtest 200/50 on gold since 2024',
    { tickers: ['GLDX'], fast: 50, slow: 200, from: '2024-01-01', to: '2026-10-30' },
  ],
])('«%s» is planned, and no figure is given before there is one', async (text, input) => {
  const { called, text: answer } = await talk.ask(text)
  expect(called.map(({ tool, input }) => [tool, input])).toEqual([['start_backtest', input]])
  expect(answer).toContain('**The back-test runs in the background from here on**')
  expect(answer).not.toContain('%')
})

test.each([
  ['back-test an RSI strategy', 'I can back-test one rule'],
  ['back-test 100/400 on tech', "I can't test 100/400"],
  ['back-test 50/50 on tech', "I can't test 50/50"],
])('«%s» is no rule that can be tested, and is said to be none', async (text, says) => {
  const { called, text: answer } = await talk.ask(text)
  expect(called).toEqual([])
  expect(answer).toContain(says)
})

test.each([
  'The background task «Back-test: x» has failed. What came of it: no data',
  'The background task «Back-test: x» is done.',
  'The background task «Back-test: x» is done. Its result: {"rows":',
  'The background task «Back-test: x» is done. Its result: {"plan":{}}',
  'The background task «something else» is done. Its result: 3',
])('«%s» is told without a figure', async (text) => {
  const { text: answer, called } = await talk.ask(text)
  expect(called).toEqual([])
  expect(answer).toMatch(/I have no figures of it|I do not know what it was for/)
  expect(answer).not.toMatch(/undefined|NaN|%/)
})
