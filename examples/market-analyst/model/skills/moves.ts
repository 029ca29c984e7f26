import { pastYear } from '../period.ts'
import { bullets, cited, longDate, moved, named, price, section, signed, table } from '../writing.ts'
import { clippedNote, periodOf, selectionOf, spokenSubjects, within } from './lines.ts'
import { answers, asks, nothingToShow, type Skill } from './skill.ts'

// The largest single days, and the notes that were written on them.

export const moves: Skill = (question, desk, world) => {
  const period = periodOf(question, world, pastYear(world))
  const limit = Math.min(20, question.count ?? 5)
  const direction =
    question.direction === 'down' ? 'down' : /\b(?:best|gain|jump|rise|rose)/i.test(question.text) ? 'up' : 'any'
  const whom = spokenSubjects(question.subjects)
  const found = desk.ask('find_large_moves', {
    ...selectionOf(question.subjects),
    ...within(period),
    direction,
    limit,
  })?.moves
  if (desk.isWaiting)
    return asks(
      `I look for the days on which ${whom} moved most ${period.label}, and then for what was written on those days.`,
    )
  const first = found?.[0]
  if (!found || !first) return nothingToShow(desk)

  const dates = found.map(({ date }) => date).sort()
  const tickers = [...new Set(found.map(({ ticker }) => ticker))]
  const notes = desk.ask('search_notes', { tickers, from: dates[0]!, to: dates.at(-1)!, limit: 20 })?.notes
  if (desk.isWaiting)
    return asks(
      `The largest is ${named(first)} on ${longDate(first.date)} with ${signed(first.changePct)}. Were there notes on these days?`,
    )
  const same = (notes ?? []).filter(({ date }) => dates.includes(date))
  return answers(
    `${same.length} of the notes were written on one of these days.`,
    `**The largest move of ${whom} ${period.label} was ${named(first)} on ${longDate(first.date)}**: it ${moved(first.changePct)} in one day, to ${price(first.close)}.`,
    clippedNote(question.periods, world),
    table(
      ['Date', 'Name', 'Change', 'Close'],
      found.map((move) => [longDate(move.date), named(move), signed(move.changePct), price(move.close)]),
    ),
    notes &&
      section(
        'What the notes say of these days',
        same.length > 0
          ? bullets(same.slice(0, 5).map(cited))
          : 'No note was written on one of these days, so I can give no reason.',
      ),
  )
}
