import type { Performance, RankPerformanceOutput } from '../../tools/rank-performance.ts'
import { type Period, pastMonths, yearToDate } from '../period.ts'
import { capital, listed, longDate, moved, named, plural, price, section, signed, table } from '../writing.ts'
import { clippedNote, type Line, linesOf, notesAbout, notesSection, spokenSubjects, tagsOf, within } from './lines.ts'
import { answers, asks, nothingToShow, type Question, type Skill, type World } from './skill.ts'

// How one instrument or one group did. Without a period: over three usual ones.

export const performance: Skill = (question, desk, world) => {
  const [line] = linesOf(question.subjects)
  if (!line) return nothingToShow(desk)
  const periods = periodsOf(question, world)
  const main = periods[0]!
  const results = periods.map((period) => desk.ask('rank_performance', { ...line.selection, ...within(period) }))
  const peers = line.isGroup ? undefined : peersOf(question)
  const beside = peers && desk.ask('rank_performance', { kinds: ['share'], sectors: [peers], ...within(main) })
  const risk = line.isGroup ? undefined : desk.ask('measure_risk', { ...line.selection, ...within(main) })?.rows[0]
  const notes = notesAbout(desk, { ...tagsOf(question.subjects), ...within(main), limit: 3 })
  if (desk.isWaiting) return asks(planFor(question, line, periods))

  const result = results[0]
  if (!result || result.rows.length === 0) return nothingToShow(desk)
  return answers(
    noticed(result, line, notes?.length ?? 0),
    headline(result, line, main),
    clippedNote(question.periods, world),
    periods.length > 1 && section('By period', periodTable(periods, results, line)),
    line.isGroup && result.rows.length > 1 && section(`Members ${main.label}`, membersTable(edgesOf(result.rows))),
    line.isGroup &&
      result.rows.length > MOST_MEMBERS &&
      `The ${result.rows.length - MOST_MEMBERS} in the middle are left out.`,
    beside &&
      `${peers} shares as a whole ${moved(beside.averagePct)} on average in the same time; ${beside.advancers} of ${beside.count} rose.`,
    risk &&
      `Its volatility was ${risk.volatilityPct.toFixed(2)}% a year, its deepest fall ${signed(risk.maxDrawdownPct)} (${longDate(risk.peakDate)} to ${longDate(risk.troughDate)}), its worst day ${longDate(risk.worstDay.date)} with ${signed(risk.worstDay.changePct)}.`,
    notesSection(notes, spokenSubjects(question.subjects)),
  )
}

export function periodsOf({ periods }: Question, world: World): Period[] {
  return periods.length > 0 ? [...periods] : [pastMonths(3, world), pastMonths(1, world), yearToDate(world)]
}

function peersOf({ subjects }: Question): string | undefined {
  return subjects.instruments[0]?.sector ?? undefined
}

function planFor({ isFollowUp, subjects, periods }: Question, line: Line, asked: readonly Period[]): string {
  const read = subjects.misspelt.map(({ said, meant }) => `I read «${said}» as ${meant}. `).join('')
  const from = isFollowUp ? 'This goes on from the question before. ' : ''
  const when =
    periods.length > 0 ? asked[0]!.label : `${listed(asked.map(({ label }) => label))}, as no period was named`
  const beside = line.isGroup ? 'each member and their average' : 'the change, its risk and how its sector did'
  return `${read}${from}The question is about ${line.label}. I measure ${beside} ${when}, and look for notes that speak of it.`
}

function noticed({ averagePct, count, advancers }: RankPerformanceOutput, line: Line, notes: number): string {
  const spread = line.isGroup ? ` ${advancers} of ${count} rose.` : ''
  return `${capital(line.label)} ${moved(averagePct)}.${spread} ${notes === 0 ? 'The notes of this time do not speak of it, so I give no reason.' : `${plural(notes, 'note')} of this time may tell why.`}`
}

function headline(
  { rows, averagePct, advancers, count }: RankPerformanceOutput,
  line: Line,
  { label }: Period,
): string {
  const [row] = rows
  if (!line.isGroup && row) {
    const currency = row.kind === 'index' ? '' : ` ${row.currency}`
    return `**${named(row)} ${moved(row.changePct)} ${label}**, from ${price(row.baseClose)} to ${price(row.lastClose)}${currency} (${longDate(row.baseDate)} to ${longDate(row.lastDate)}).`
  }
  const span = row ? ` (${longDate(row.baseDate)} to ${longDate(row.lastDate)})` : ''
  return `**${capital(line.label)} ${moved(averagePct)} on average ${label}**${span}; ${advancers} of ${count} rose.`
}

function periodTable(
  periods: readonly Period[],
  results: readonly (RankPerformanceOutput | undefined)[],
  line: Line,
): string {
  const rows = periods.flatMap(({ label }, i) => {
    const result = results[i]
    const row = result?.rows[0]
    if (!result || !row) return []
    const change = line.isGroup ? result.averagePct : row.changePct
    return [[capital(label), longDate(row.baseDate), longDate(row.lastDate), signed(change)]]
  })
  return table(['Period', 'From', 'To', line.isGroup ? 'Average change' : 'Change'], rows)
}

const MOST_MEMBERS = 12

/** The best and the worst, where there are too many to read. */
function edgesOf(rows: readonly Performance[]): readonly Performance[] {
  return rows.length <= MOST_MEMBERS ? rows : [...rows.slice(0, MOST_MEMBERS / 2), ...rows.slice(-MOST_MEMBERS / 2)]
}

export function membersTable(rows: readonly Performance[]): string {
  return table(
    ['Name', 'Change', 'From', 'To', 'Currency'],
    rows.map((row) => [named(row), signed(row.changePct), price(row.baseClose), price(row.lastClose), row.currency]),
  )
}
