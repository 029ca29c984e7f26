import type { Group } from '../../tools/compare-groups.ts'
import type { LargeMove } from '../../tools/find-large-moves.ts'
import type { Averages } from '../../tools/moving-averages.ts'
import type { Performance } from '../../tools/rank-performance.ts'
import { pastMonths } from '../period.ts'
import {
  bullets,
  capital,
  cited,
  dateRange,
  listed,
  longDate,
  moved,
  named,
  price,
  section,
  signed,
  table,
} from '../writing.ts'
import { clippedNote, periodOf, within } from './lines.ts'
import { performance } from './performance.ts'
import { answers, asks, nothingToShow, type Question, type Skill } from './skill.ts'

// "Analyze the latest market trends.": sectors, regions, movers, trends and what the notes make of it.

export const overview: Skill = (question, desk, world) => {
  if (question.periods.length > 1) return wholeMarket(question, desk, world)
  const period = periodOf(question, world)
  const { regions } = question.subjects
  const where = regions.length > 0 ? { regions: [...regions] } : {}
  const shares = { kinds: ['share' as const], ...where }
  const recent = question.periods.length > 0 ? period : pastMonths(1, world)
  const days = within(period)

  const sectors = desk.ask('compare_groups', { by: 'sector', ...where, ...days })?.groups
  const areas = regions.length > 0 ? undefined : desk.ask('compare_groups', { by: 'region', ...days })?.groups
  const best = desk.ask('rank_performance', { ...shares, ...within(recent), order: 'best', limit: 3 })
  const worst = desk.ask('rank_performance', { ...shares, ...within(recent), order: 'worst', limit: 3 })
  const others =
    regions.length > 0 ? undefined : desk.ask('rank_performance', { kinds: ['commodity', 'currency'], ...days })?.rows
  const shocks = desk.ask('find_large_moves', { ...shares, ...days, limit: 3 })?.moves
  const trends = desk.ask('moving_averages', { kinds: ['index'], ...where, date: period.to })?.rows
  if (desk.isWaiting) return asks(planFor(question, period.label, recent.label))

  const [leader, laggard] = [sectors?.[0], sectors?.at(-1)]
  const topics = [leader, laggard].flatMap((group) => (group ? [group.group] : []))
  const about = { ...(topics.length > 0 ? { sectors: topics } : {}), ...where }
  const found = desk.ask('search_notes', { query: 'rotation bond yields', ...about, ...days, limit: 3 })?.notes
  const tickers = [...new Set((shocks ?? []).map(({ ticker }) => ticker))]
  const told = tickers.length > 0 ? desk.ask('search_notes', { tickers, ...days, limit: 10 })?.notes : undefined
  if (desk.isWaiting) return asks(afterFigures(leader, laggard, areas, shocks?.[0]))

  if (!sectors && !best) return nothingToShow(desk)
  const onTheDay = (told ?? []).filter(({ date }) => shocks?.some((move) => move.date === date))
  const notes = unique([...(found ?? []), ...onTheDay])
  return answers(
    noticed(sectors, trends, shocks?.length ?? 0, notes.length),
    headline(leader, laggard, period.label, where.regions),
    clippedNote(question.periods, world),
    sectors && section(`Sectors, ${dateRange(period.from, period.to)}`, groupTable('Sector', sectors)),
    areas && section('Regions', bullets(areas.map(regionLine))),
    trends && section(`Indices on ${longDate(trends[0]?.date ?? period.to)}`, bullets(trends.map(shortTrend))),
    best && worst && section(`Largest movers ${recent.label}`, moversTable(best.rows, worst.rows)),
    best &&
      `Of ${best.count} shares ${best.advancers} rose and ${best.decliners} fell ${recent.label}; the average change is ${signed(best.averagePct)}.`,
    others && section('Commodities and currencies', othersLine(others)),
    shocks &&
      shocks.length > 0 &&
      section(
        'Largest single days',
        bullets(shocks.map((move) => `${longDate(move.date)}: ${named(move)} ${signed(move.changePct)}`)),
      ),
    notes.length > 0 && section('What the notes say', bullets(notes.map(cited))),
  )
}

/** "2024 against 2025": the whole market as one line, by period. */
const wholeMarket: Skill = (question, desk, world) => {
  const kinds = question.subjects.kinds.length > 0 ? question.subjects.kinds : ['share' as const]
  return performance({ ...question, subjects: { ...question.subjects, kinds } }, desk, world)
}

function planFor({ subjects, isFollowUp }: Question, period: string, recent: string): string {
  const where = subjects.regions.length > 0 ? ` in ${subjects.regions.join(' and ')}` : ''
  return [
    isFollowUp ? 'This goes on from the question before. ' : '',
    `To see where the market${where} is heading I need the whole picture, then the detail.\n`,
    `1. Compare sectors${where ? '' : ' and regions'} ${period}.\n`,
    `2. Rank the shares ${recent}, best and worst.\n`,
    '3. Look at the moving averages of the indices',
    where ? '.\n' : ', and at commodities and currencies.\n',
    '4. Then ask the notes what lies behind the extremes.',
  ].join('')
}

function afterFigures(
  leader: Group | undefined,
  laggard: Group | undefined,
  areas: readonly Group[] | undefined,
  shock: LargeMove | undefined,
): string {
  if (!leader || !laggard) return 'The figures are in. Now the notes.'
  const region = areas?.[0] ? ` Among regions ${areas[0].group} is ahead.` : ''
  const gap = (leader.averagePct - laggard.averagePct).toFixed(2)
  const day = shock
    ? ` The largest single day is ${named(shock)} on ${longDate(shock.date)} with ${signed(shock.changePct)}.`
    : ''
  return `${leader.group} leads with ${signed(leader.averagePct)} and ${laggard.group} is last with ${signed(laggard.averagePct)}, a gap of ${gap} points.${region}${day} What do the notes say about these?`
}

function noticed(
  sectors: readonly Group[] | undefined,
  trends: readonly Averages[] | undefined,
  shocks: number,
  notes: number,
): string {
  const rising = sectors?.filter(({ averagePct }) => averagePct > 0).length ?? 0
  const up = trends?.filter(({ trend }) => trend === 'up').length ?? 0
  return `${rising} of ${sectors?.length ?? 0} sectors are up, ${up} of ${trends?.length ?? 0} indices are in an uptrend. ${shocks} large days stand out, and ${notes} notes speak of all this. Time to write it down.`
}

function headline(
  leader: Group | undefined,
  laggard: Group | undefined,
  label: string,
  regions: readonly string[] | undefined,
): string {
  if (!leader || !laggard) return `**The market ${label}**`
  const where = regions ? ` in ${regions.join(' and ')}` : ''
  const [first, last] = [leader, laggard].map(({ group, averagePct }) => `${group} shares ${moved(averagePct)}`)
  return `**${capital(leader.group)} leads and ${laggard.group} lags${where}**: ${label}, ${first} on average while ${last}.`
}

export function groupTable(head: string, groups: readonly Group[]): string {
  return table(
    [head, 'Average', 'Rose', 'Best', 'Worst'],
    groups.map(({ group, averagePct, advancers, count, best, worst }) => [
      ...[group, signed(averagePct), `${advancers} of ${count}`],
      ...[`${best.ticker} ${signed(best.changePct)}`, count > 1 ? `${worst.ticker} ${signed(worst.changePct)}` : '–'],
    ]),
  )
}

function regionLine({ group, averagePct, best, worst }: Group): string {
  return `**${group}** ${signed(averagePct)} on average, from ${named(worst)} ${signed(worst.changePct)} to ${named(best)} ${signed(best.changePct)}`
}

const TREND = {
  up: 'in an uptrend (above its 50- and 200-session averages)',
  down: 'in a downtrend (below its 50- and 200-session averages)',
  mixed: 'without a clear trend',
  unknown: 'too young for a 200-session average',
}

function shortTrend({ name, ticker, close, trend, above200Pct }: Averages): string {
  const above = above200Pct === null ? '' : `, ${signed(above200Pct)} against the 200-session average`
  return `**${name} (${ticker})** at ${price(close)}${above}: ${TREND[trend].replace(/ \(.*/, '')}`
}

export function trendLine({ name, ticker, close, trend, above200Pct, lastCross }: Averages): string {
  const above = above200Pct === null ? '' : `, ${signed(above200Pct)} against the 200-session average`
  const cross = lastCross
    ? `; the 50-session average last crossed ${lastCross.direction === 'up' ? 'above' : 'below'} it on ${longDate(lastCross.date)}`
    : ''
  return `**${name} (${ticker})** at ${price(close)}, ${TREND[trend]}${above}${above ? cross : ''}`
}

function moversTable(best: readonly Performance[], worst: readonly Performance[]): string {
  const rows = [...best, ...[...worst].reverse().filter(({ ticker }) => !best.some((other) => other.ticker === ticker))]
  return table(
    ['Share', 'Change', 'Sector', 'Region'],
    rows.map((row) => [named(row), signed(row.changePct), row.sector ?? '', row.region]),
  )
}

function othersLine(rows: readonly Performance[]): string {
  return `${listed(rows.map(({ name, changePct }) => `${name} ${signed(changePct)}`))}.`
}

function unique<T extends { readonly id: number; readonly date: string }>(notes: readonly T[]): T[] {
  const byId = new Map(notes.map((note) => [note.id, note]))
  return [...byId.values()].sort((a, b) => b.date.localeCompare(a.date) || b.id - a.id).slice(0, 5)
}
