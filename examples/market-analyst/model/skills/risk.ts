import { pastYear } from '../period.ts'
import { longDate, named, section, signed, table } from '../writing.ts'
import { clippedNote, periodOf, selectionOf, spokenSubjects, within } from './lines.ts'
import { answers, asks, nothingToShow, type Skill } from './skill.ts'

// Volatility and drawdown, over a year unless a period is named.

export const risk: Skill = (question, desk, world) => {
  const period = periodOf(question, world, pastYear(world))
  const isCalm = /\b(?:least|saf|calm|stable|stead|quiet|low)/i.test(question.text)
  const isFall = /\bdrawdown|\bdeepest\b/i.test(question.text)
  const order = isCalm ? 'least-volatile' : isFall ? 'deepest-drawdown' : 'most-volatile'
  const whom = spokenSubjects(question.subjects)
  const limit = Math.min(20, question.count ?? 6)
  const found = desk.ask('measure_risk', { ...selectionOf(question.subjects), ...within(period), order, limit })
  if (desk.isWaiting) {
    return asks(
      `Risk is how much a price swings and how deep it falls. I measure the volatility and the drawdown of ${whom} ${period.label}.`,
    )
  }
  const first = found?.rows[0]
  if (!found || !first) return nothingToShow(desk)
  const volatility = `${first.volatilityPct.toFixed(2)}% a year`
  const fall = `${signed(first.maxDrawdownPct)} (${longDate(first.peakDate)} to ${longDate(first.troughDate)})`
  const place = {
    'least-volatile': 'was the calmest',
    'deepest-drawdown': 'fell deepest',
    'most-volatile': 'swung most',
  }[order]
  return answers(
    `${named(first)} comes first of ${found.count}.`,
    found.count === 1
      ? `**${named(first)} had a volatility of ${volatility} ${period.label}**; its deepest fall was ${fall}.`
      : `**${named(first)} ${place} of ${whom} ${period.label}**: a volatility of ${volatility} and a deepest fall of ${fall}.`,
    clippedNote(question.periods, world),
    section(
      `Risk ${period.label}`,
      table(
        ['Name', 'Volatility a year', 'Deepest fall', 'Best day', 'Worst day'],
        found.rows.map((row) => [
          ...[named(row), `${row.volatilityPct.toFixed(2)}%`, signed(row.maxDrawdownPct)],
          ...[
            `${signed(row.bestDay.changePct)} (${longDate(row.bestDay.date)})`,
            `${signed(row.worstDay.changePct)} (${longDate(row.worstDay.date)})`,
          ],
        ]),
      ),
    ),
    found.count > found.rows.length && `These are ${found.rows.length} of ${found.count} instruments.`,
    'Volatility is the standard deviation of the daily changes over this period, made yearly with 252 sessions.',
  )
}
