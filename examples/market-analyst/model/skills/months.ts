import { pastYear } from '../period.ts'
import { longDate, moved, named, price, section, signed, table } from '../writing.ts'
import { clippedNote, within } from './lines.ts'
import { movers } from './movers.ts'
import { answers, asks, nothingToShow, type Skill } from './skill.ts'

// The best and the worst month or week of one instrument, and all of them in order.

const MOST_ROWS = 24
const MOST_WEEKS = 260

export const months: Skill = (question, desk, world) => {
  const [instrument, ...others] = question.subjects.instruments
  if (!instrument || others.length > 0) return movers(question, desk, world)
  const period = question.periods[0] ?? pastYear(world)
  const every = /\bweek/i.test(question.text) ? 'week' : 'month'
  const prices = desk.ask('get_prices', { ticker: instrument.ticker, ...within(period), every })
  if (desk.isWaiting)
    return asks(`I read ${named(instrument)} ${every} by ${every} ${period.label}, and compare the changes.`)
  const points = (prices?.points ?? []).filter((point) => point.changePct !== null).slice(-MOST_WEEKS)
  const ranked = points.toSorted((a, b) => b.changePct! - a.changePct!)
  const isDown = question.direction === 'down'
  const first = isDown ? ranked.at(-1) : ranked[0]
  if (!first) return nothingToShow(desk)
  const shown = points.slice(-MOST_ROWS)
  return answers(
    `${points.length} ${every}s, from ${signed(ranked.at(-1)!.changePct!)} to ${signed(ranked[0]!.changePct!)}.`,
    `**The ${isDown ? 'worst' : 'best'} ${every} of ${named(instrument)} ${period.label} ended on ${longDate(first.date)}**: it ${moved(first.changePct!)}, to ${price(first.close)}.`,
    clippedNote(question.periods, world),
    section(
      `By ${every}`,
      table(
        [`${every === 'month' ? 'Month' : 'Week'} to`, 'Change', 'Close'],
        shown.map(({ date, changePct, close }) => [longDate(date), signed(changePct!), price(close)]),
      ),
    ),
    points.length > shown.length && `These are the last ${shown.length} of ${points.length}.`,
  )
}
