import type { Order } from '../../book/book.ts'
import { money } from '../../market/figure.ts'
import { named, plural, price, section, table } from '../writing.ts'
import { PAPER } from './order.ts'
import { asks, nothingToShow, type Skill, says } from './skill.ts'

// The paper book: what it holds, and taking back an order that is open.

export const book: Skill = (_, desk) => {
  const state = desk.ask('show_book', {})
  if (desk.isWaiting) return asks('This is about the paper book. I look into it.')
  if (!state) return nothingToShow(desk)
  const { positions, orders, cash, reserved, total } = state
  return says(
    `**The book is worth ${money(total)}**: ${money(cash)} in cash and ${plural(positions.length, 'position')}.`,
    reserved > 0 && `Open orders hold back ${money(reserved)} of the cash.`,
    positions.length > 0 &&
      section(
        'Positions',
        table(
          ['Name', 'Shares', 'Last close', 'Value', 'Paid'],
          positions.map((position) => [
            ...[named(position), String(position.quantity), `${price(position.lastClose)} ${position.currency}`],
            ...[money(position.value), money(position.cost)],
          ]),
        ),
      ),
    orders.length > 0 && section('Orders', ordersTable(orders)),
    PAPER,
  )
}

function ordersTable(orders: readonly Order[]): string {
  return table(
    ['Order', 'What', 'Price', 'Value', 'Status'],
    orders.map((order) => [
      ...[String(order.number), `${order.side} ${order.quantity} ${named(order)}`],
      ...[`${price(order.price)} ${order.currency}`, money(order.value), order.status],
    ]),
  )
}

export const cancelling: Skill = ({ text }, desk) => {
  if (!desk.offers('cancel_order')) return says("**I can't cancel orders here**: I have no tool for it.")
  const said = /\b(?:order|number|no\.?|#)\s*#?(\d{1,6})\b|#(\d{1,6})\b/i.exec(text)
  let number = said ? Number(said[1] ?? said[2]) : undefined
  if (number === undefined) {
    const state = desk.ask('show_book', {})
    if (desk.isWaiting) return asks('I look up which order is open.')
    if (!state) return nothingToShow(desk)
    const open = state.orders.filter(({ status }) => status === 'open')
    if (open.length === 0) return says('**There is no open order to cancel.** What is filled stays booked.')
    const options = open.map((order) => ({
      ...{ value: String(order.number), label: `${order.number}: ${order.side} ${order.quantity} ${named(order)}` },
    }))
    const fields = [{ name: 'order', label: 'Order', kind: 'choice' as const, options }]
    const given =
      open.length === 1 ? undefined : desk.ask('ask_person', { question: 'Which order shall I cancel?', fields })
    if (desk.isWaiting) return asks(`${open.length} orders are open. I ask which one is meant.`)
    if (open.length > 1 && given?.action !== 'accept')
      return says('**I cancelled nothing**: it was left open which order.')
    number = given?.action === 'accept' ? Number(given.content.order) : open[0]!.number
  }
  if (number === undefined || !Number.isInteger(number) || number < 1)
    return says('**I cancelled nothing**: there is no such order.')
  const outcome = desk.attempt('cancel_order', { number })
  if (desk.isWaiting) return asks(`I take back order ${number}.`)
  if (outcome?.kind !== 'ok') return says(`**I cancelled nothing**: ${outcome?.says ?? 'no tool for it answered'}.`)
  const { order } = outcome.output
  return says(
    `**Order ${order.number} is cancelled**: ${order.side} ${order.quantity} ${named(order)} will not be booked.`,
    PAPER,
  )
}
