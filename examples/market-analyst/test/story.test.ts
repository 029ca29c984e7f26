import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { createServer, type LongwireServer } from '@longwire/server'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Book } from '../book/book.ts'
import { type Frame, Line } from './line.ts'
import { crossoverOf } from './series.ts'
import { market } from './talk.ts'

// The whole analyst on a real server with a log on disk: people answer over a socket, and processes die.

let folder: string
let server: LongwireServer | undefined
let children: ChildProcess[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'analyst-'))
  process.env.LONGWIRE_BOOK = join(folder, 'book.sqlite')
  process.env.LONGWIRE_OFFLINE_TOKEN_MS = '0'
})
afterEach(async () => {
  await server?.stop(0)
  server = undefined
  for (const child of children) child.kill('SIGKILL')
  children = []
  rmSync(folder, { recursive: true, force: true })
})

const data = () => join(folder, 'data')

async function serve(): Promise<string> {
  server = await createServer({ agents: [resolve(import.meta.dirname, '..')], port: 0, data: data() })
  return server.url
}

async function serveApart(): Promise<{ readonly url: string; kill(): Promise<void> }> {
  const child = spawn(
    process.execPath,
    ['--conditions=longwire-source', resolve(import.meta.dirname, 'serve-child.ts'), data()],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  children.push(child)
  const lines = createInterface(child.stdout!)[Symbol.asyncIterator]()
  const url = String((await lines.next()).value)
  return {
    url,
    kill: () =>
      new Promise((gone) => {
        child.once('exit', () => gone())
        child.kill('SIGKILL')
      }),
  }
}

async function session(url: string, session?: string): Promise<Line> {
  const line = await Line.open(url)
  const opened = session
    ? await line.ask({ type: 'attach', ch: 1, session, after: '0', trace: 'debug' })
    : await line.ask({ type: 'open', ch: 1, agent: 'market-analyst', trace: 'debug' })
  expect(['ok', 'attached']).toContain(opened.type)
  return line
}

function held() {
  const book = new Book(market, process.env.LONGWIRE_BOOK!)
  const state = book.state('local')
  book.close()
  return state
}

const answer = (request: Frame, fields: object) => ({ type: 'answer', ch: 1, request: request.request, ...fields })

test('what an order leaves open is asked as a form, and the answer is bought', async () => {
  const line = await session(await serve())
  await line.ask({ type: 'input', ch: 1, text: 'Buy some semiconductors.' })
  const form = await line.next('control.requested')
  expect(form).toMatchObject({
    kind: 'form',
    message: 'Which share shall I buy, and how many?',
    schema: {
      properties: { ticker: { oneOf: [{ const: 'HNBI' }, { const: 'NVLT' }] }, quantity: { type: 'integer' } },
    },
  })
  const wrong = await line.ask(answer(form, { action: 'accept', content: { ticker: 'AAPL', quantity: 20 } }))
  expect(wrong).toMatchObject({ type: 'error', code: 'bad_field' })
  await line.ask(answer(form, { action: 'accept', content: { ticker: 'NVLT', quantity: 20 } }))
  const { turn, outcome } = await line.next('turn.ended')
  expect(outcome).toBe('completed')
  expect(line.said(turn)).toContain('**Bought 20 Novalith Semiconductors (NVLT) at 150.61 AXD**, for 3,012.20 AXD')
  expect(held()).toMatchObject({ cash: 96_987.8, positions: [{ ticker: 'NVLT', quantity: 20 }] })
  line.close()
})

test('a large order waits for approval over a restart, and the person changes quantity and price', async () => {
  const line = await session(await serve())
  await line.ask({ type: 'input', ch: 1, text: 'Buy 100 Novalith' })
  const approval = await line.next('control.requested')
  expect(approval).toMatchObject({
    kind: 'approval',
    input: { side: 'buy', ticker: 'NVLT', quantity: 100 },
    message: expect.stringContaining('The order is worth 15,061.00 AXD, more than 10,000.00 AXD.'),
  })
  line.close()
  await server!.stop(0)

  const later = await session(await serve(), idOf(line))
  const editedInput = { side: 'buy', ticker: 'NVLT', quantity: 50, price: 151 }
  expect(await later.ask(answer(approval, { approved: true, editedInput }))).toMatchObject({ type: 'ok' })
  const { turn } = await later.next('turn.ended')
  expect(later.said(turn)).toContain('**Bought 50 Novalith Semiconductors (NVLT) at 150.61 AXD**')
  expect(later.said(turn)).toContain('You changed it before it was placed: it was to buy 100 NVLT.')
  expect(held()).toMatchObject({ cash: 92_469.5, positions: [{ ticker: 'NVLT', quantity: 50 }] })
  expect(await later.ask(answer(approval, { approved: true }))).toMatchObject({ code: 'already_settled' })
  later.close()
})

test('an order that is not approved books nothing, and the analyst says so with the reason', async () => {
  const line = await session(await serve())
  await line.ask({ type: 'input', ch: 1, text: 'Buy 100 Novalith' })
  await line.ask(answer(await line.next('control.requested'), { approved: false, reason: 'too much of one share' }))
  const { turn } = await line.next('turn.ended')
  expect(line.said(turn)).toContain('**The order was not placed**')
  expect(line.said(turn)).toContain('The reason given: too much of one share')
  expect(held()).toMatchObject({ cash: 100_000, positions: [], orders: [] })
  line.close()
})

test('a server that is killed books the order it was at once, and goes on with the back-test until it speaks unasked', async () => {
  // Slow enough that the back-test is under way when the server dies.
  process.env.LONGWIRE_OFFLINE_TOKEN_MS = '20'
  const first = await serveApart()
  const tested = await session(first.url)
  await tested.ask({ type: 'input', ch: 1, text: 'Back-test a 50/200-day crossover on technology shares.' })
  expect(await tested.next('task.started')).toMatchObject({ label: expect.stringContaining('50/200-day crossover') })
  await tested.next('step.finished', ({ name }) => String(name).startsWith('back-test '))
  const ordered = await session(first.url)
  await ordered.ask({ type: 'input', ch: 1, text: 'Buy 100 Novalith' })
  const approval = await ordered.next('control.requested')
  void ordered.ask(answer(approval, { approved: true })).catch(() => {})
  await ordered.next('tool.started', ({ name }) => name === 'place_order')
  await first.kill()

  process.env.LONGWIRE_OFFLINE_TOKEN_MS = '0'
  const second = await serveApart()
  const order = await session(second.url, idOf(ordered))
  const { turn: bought, outcome } = await order.next('turn.ended')
  expect(outcome).toBe('completed')
  expect(order.frames.filter(({ type, attempt }) => type === 'turn.started' && attempt === 2)).toHaveLength(1)
  expect(order.said(bought)).toContain('**Bought 100 Novalith Semiconductors (NVLT)')
  expect(held()).toMatchObject({ cash: 84_939, positions: [{ quantity: 100 }], orders: [{ number: 1 }] })

  const later = await session(second.url, idOf(tested))
  const { turn } = await later.next('turn.started', ({ cause }) => cause === 'task')
  await later.next('turn.ended', (frame) => frame.turn === turn)
  const steps = later.frames.filter(
    ({ type, name }) => type === 'step.finished' && String(name).startsWith('back-test '),
  )
  expect(steps.map(({ name }) => name)).toEqual(['HNBI', 'KSTL', 'NVLT', 'STRC'].map((ticker) => `back-test ${ticker}`))
  const text = later.said(turn)
  for (const ticker of ['HNBI', 'KSTL', 'NVLT', 'STRC']) {
    const { rule, hold, trades } = crossoverOf(ticker, 50, 200)
    expect(text).toMatch(new RegExp(`\\(${ticker}\\) \\| ${escaped(rule)} \\| ${escaped(hold)} .*\\| ${trades} \\|`))
  }
  for (const line of [tested, ordered, order, later]) line.close()
}, 40_000)

function idOf(line: Line): string {
  return String(line.frames.find(({ type }) => type === 'ok')!.session)
}

function escaped(figure: string): string {
  return figure.replace(/[+.]/g, '\\$&')
}

test('«only Europe» while the analyst is at work changes what it does and what it answers', async () => {
  process.env.LONGWIRE_OFFLINE_TOKEN_MS = '2'
  const line = await session(await serve())
  await line.ask({ type: 'input', ch: 1, text: 'Analyze the latest market trends.' })
  await line.next('tool.started')
  await line.ask({ type: 'input', ch: 1, text: 'only Europe', delivery: 'steer' })
  const { turn } = await line.next('turn.ended')
  const applied = line.frames.filter(({ type }) => type === 'input.applied')
  expect(applied).toHaveLength(2)
  expect(applied[1]).toMatchObject({ turn, step: expect.any(String) })
  const after = line.frames
    .slice(line.frames.indexOf(applied[1]!))
    .flatMap(({ type, name, input }) => (type === 'tool.started' ? [{ name, input }] : []))
  expect(after).toContainEqual({ name: 'rank_performance', input: expect.objectContaining({ regions: ['Europe'] }) })
  expect(line.said(turn)).toContain('This is what you asked for on the way: “only Europe”.')
  expect(line.said(turn)).not.toContain('Novalith')
  line.close()
})
