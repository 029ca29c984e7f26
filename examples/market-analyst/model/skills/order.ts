import { money } from '../../market/figure.ts'
import type { Instrument } from '../../market/market.ts'
import type { AskPersonInput, Field } from '../../tools/ask-person.ts'
import type { PlaceOrderInput, PlaceOrderOutput } from '../../tools/place-order.ts'
import { type OrderWords, orderIn } from '../order-words.ts'
import { listed, named, price } from '../writing.ts'
import { asks, type Desk, type Question, type Skill, type Step, says, type World } from './skill.ts'

// An order on the paper book. What the person left open is asked, never guessed; what came of it is said as the tool
// answered it.

const FORM_MOST = 40

export const trade: Skill = (question, desk, world) => {
  const words = orderIn(question.text)
  const [side, ...otherSides] = words.sides
  if (!desk.offers('place_order'))
    return says(
      "**I can't place orders or trade here**: I have no tool for it. Ask me about prices, risk or the notes.",
    )
  if (question.isStale)
    return says('**I have not placed the order that you asked for before.** Say it again if you still want it.')
  if (side === 'short' || otherSides.includes('short'))
    return says('**I placed no order**: nothing is sold short here, only what the book holds.')
  if (otherSides.length > 0)
    return says('**I placed no order**: you asked to buy and to sell at once. Tell me one order at a time.')
  const candidates = candidatesFor(question, world)
  if (typeof candidates === 'string') return says(candidates)

  // A name that was not written as it is may mean another.
  const isSure = candidates.length === 1 && question.subjects.misspelt.length === 0
  const missing = missingFrom(words, isSure)
  const given = missing.length > 0 ? desk.ask('ask_person', formFor(words, candidates, missing)) : undefined
  if (desk.isWaiting) return asks(plan(missing, candidates))
  if (missing.length > 0 && given?.action !== 'accept')
    return says('**I placed no order**: what I had to know was left open.')
  const content = given?.action === 'accept' ? given.content : {}
  const ticker = String(content.ticker ?? candidates[0]!.ticker)
  const wanted = (content.side ?? side) as 'buy' | 'sell'
  if (!candidates.some((share) => share.ticker === ticker) || (wanted !== 'buy' && wanted !== 'sell'))
    return says('**I placed no order**: I could not read the answer.')
  const quantity = words.isAll ? heldOf(desk, ticker) : Number(content.quantity ?? words.quantity)
  if (desk.isWaiting) return asks('I look up how many the book holds.')
  if (quantity === undefined) return says('**I placed no order**: I could not look into the book.')
  if (quantity === 0) return says(`**I placed no order**: the book holds no ${ticker}.`)
  return place(desk, world, {
    ...{ side: wanted, ticker, quantity },
    ...(words.price === undefined ? {} : { price: words.price }),
  })
}

function place(desk: Desk, world: World, ticket: PlaceOrderInput): Step {
  const share = world.instruments.find(({ ticker }) => ticker === ticket.ticker)!
  const outcome = desk.attempt('place_order', ticket)
  if (desk.isWaiting)
    return asks(`The order is clear: ${ticket.side} ${ticket.quantity} ${named(share)}${atPrice(ticket, share)}.`)
  if (outcome?.kind === 'ok') return said(outcome.output, ticket)
  if (outcome?.kind === 'denied')
    return says(
      `**The order was not placed**: ${ticket.side} ${ticket.quantity} ${named(share)} was not approved, so nothing was booked.`,
      outcome.says && `The reason given: ${outcome.says}`,
    )
  return says(`**The order was not placed**: ${outcome?.says ?? 'no tool for it answered'}.`)
}

function atPrice({ price: limit }: PlaceOrderInput, { currency }: Instrument): string {
  return limit === undefined ? ' at the last close' : ` with a limit of ${price(limit)} ${currency}`
}

function said({ order, cash, position }: PlaceOrderOutput, ticket: PlaceOrderInput): Step {
  const { number, side, quantity, currency, limit } = order
  const isChanged =
    side !== ticket.side ||
    quantity !== ticket.quantity ||
    order.ticker !== ticket.ticker ||
    (limit ?? undefined) !== ticket.price
  const changed =
    isChanged &&
    `You changed it before it was placed: it was to ${ticket.side} ${ticket.quantity} ${ticket.ticker}${ticket.price === undefined ? '' : ` at ${price(ticket.price)}`}.`
  if (order.status === 'filled')
    return says(
      `**${side === 'buy' ? 'Bought' : 'Sold'} ${quantity} ${named(order)} at ${price(order.price)} ${currency}**, for ${money(order.value)}. This is order ${number} of your paper book.`,
      changed,
      `The book now holds ${position} ${order.ticker} and ${money(cash)} in cash.`,
      PAPER,
    )
  return says(
    `**Order ${number} is open**: ${side} ${quantity} ${named(order)} at ${price(order.price)} ${currency} or better, ${money(order.value)} in all. The last close does not meet the limit.`,
    changed,
    `“Cancel order ${number}” takes it back.`,
    PAPER,
  )
}

export const PAPER = '*The money and the shares are paper, and the market is invented.*'

/** Which shares may be meant; a sentence where none can be. */
function candidatesFor({ subjects, unknown }: Question, world: World): readonly Instrument[] | string {
  const { instruments, sectors, regions } = subjects
  if (unknown.length > 0 && instruments.length + sectors.length + regions.length === 0)
    return `**I placed no order**: I know no share called ${listed(unknown.slice(0, 3).map((name) => `“${name.slice(0, 60)}”`))}.`
  const named_ = instruments.filter(({ kind }) => kind === 'share')
  if (instruments.length > 0 && named_.length === 0)
    return `**I placed no order**: ${listed(instruments.slice(0, 3).map(named))} ${instruments.length === 1 ? 'is no share' : 'are no shares'}, and only shares are traded.`
  const pool = instruments.length > 0 ? named_ : world.instruments.filter(({ kind }) => kind === 'share')
  const fitting = pool.filter(
    ({ sector, region }) =>
      (sectors.length === 0 || (sector !== null && sectors.includes(sector))) &&
      (regions.length === 0 || regions.includes(region)),
  )
  const found = fitting.length > 0 ? fitting : pool
  return found.slice(0, FORM_MOST)
}

type Missing = 'side' | 'ticker' | 'quantity'

function missingFrom({ sides, quantity, isAll }: OrderWords, isSure: boolean): Missing[] {
  return [
    ...(sides.length === 0 ? (['side'] as const) : []),
    ...(isSure ? [] : (['ticker'] as const)),
    ...(quantity === undefined && !isAll ? (['quantity'] as const) : []),
  ]
}

function plan(missing: readonly Missing[], candidates: readonly Instrument[]): string {
  const open = {
    side: 'whether to buy or to sell',
    ticker: `which of ${candidates.length} shares`,
    quantity: 'how many',
  }
  return `An order must be exact, and this one leaves open ${listed(missing.map((each) => open[each]))}. I ask rather than guess.`
}

function formFor(words: OrderWords, candidates: readonly Instrument[], missing: readonly Missing[]): AskPersonInput {
  const verb = words.sides[0] ?? 'trade'
  const which = missing.includes('ticker') ? 'Which share' : `How many ${candidates[0]!.name} shares`
  const many = missing.includes('ticker') && missing.includes('quantity') ? ', and how many' : ''
  const lead = missing.includes('side') ? 'What order shall I place?' : `${which} shall I ${verb}${many}?`
  const fields: Record<Missing, Field> = {
    side: {
      ...{ name: 'side', label: 'Buy or sell', kind: 'choice' },
      options: [
        { value: 'buy', label: 'Buy' },
        { value: 'sell', label: 'Sell' },
      ],
    },
    ticker: {
      ...{ name: 'ticker', label: 'Share', kind: 'choice' },
      options: candidates.map(({ ticker, name, description }) => ({
        value: ticker,
        label: `${name} (${ticker}): ${description}`.slice(0, 120),
      })),
    },
    quantity: {
      name: 'quantity',
      label: 'How many shares, in lots of 10',
      kind: 'whole-number',
      least: 10,
      most: 1_000_000,
    },
  }
  const money = words.isAmount ? ' I take a number of shares, not an amount of money.' : ''
  return { question: `${lead}${money}`, fields: missing.map((name) => fields[name]) }
}

function heldOf(desk: Desk, ticker: string): number | undefined {
  const book = desk.ask('show_book', {})
  return book && (book.positions.find((position) => position.ticker === ticker)?.quantity ?? 0)
}
