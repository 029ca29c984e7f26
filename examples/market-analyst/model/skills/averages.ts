import { listed, longDate, named, price, section, table } from '../writing.ts'
import { selectionOf, spokenSubjects } from './lines.ts'
import { trendLine } from './overview.ts'
import { answers, asks, nothingToShow, type Skill } from './skill.ts'

// Where prices stand against their moving averages; the indices unless someone is named.

export const averages: Skill = (question, desk, world) => {
  const { instruments, sectors, regions, kinds } = question.subjects
  const isNamed = instruments.length + sectors.length + regions.length + kinds.length > 0
  const selection = isNamed ? selectionOf(question.subjects) : { kinds: ['index' as const] }
  const date = question.periods[0]?.to ?? world.today
  const rows = desk.ask('moving_averages', { ...selection, date })?.rows
  const whom = isNamed ? spokenSubjects(question.subjects) : 'the indices'
  if (desk.isWaiting)
    return asks(
      `The trend shows where the close stands against its averages. I compute those of 20, 50 and 200 sessions for ${whom}.`,
    )
  const first = rows?.[0]
  if (!rows || !first) return nothingToShow(desk)
  const rising = rows.filter(({ trend }) => trend === 'up')
  const falling = rows.filter(({ trend }) => trend === 'down')
  const count = (found: typeof rows) =>
    found.length === 0 ? 'none' : found.length > 12 ? String(found.length) : listed(found.map(({ ticker }) => ticker))
  return answers(
    `${rising.length} in an uptrend, ${falling.length} in a downtrend, ${rows.length - rising.length - falling.length} in between.`,
    rows.length === 1
      ? trendLine(first)
      : `**Of ${rows.length} instruments ${rising.length} are in an uptrend and ${falling.length} in a downtrend on ${longDate(first.date)}.** Up: ${count(rising)}. Down: ${count(falling)}.`,
    section(
      `Moving averages on ${longDate(first.date)}`,
      table(
        ['Name', 'Close', '20 sessions', '50 sessions', '200 sessions', 'Trend', 'Last crossing'],
        rows.map((row) => [
          ...[named(row), price(row.close)],
          ...[row.average20, row.average50, row.average200].map((mean) => (mean === null ? '–' : price(mean))),
          ...[row.trend, row.lastCross ? `${row.lastCross.direction}, ${longDate(row.lastCross.date)}` : '–'],
        ]),
      ),
    ),
    'A crossing is where the 50-session average passes the 200-session one. It says where a price has been, not where it goes.',
  )
}
