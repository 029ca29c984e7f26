import type { RankPerformanceOutput } from '../../tools/rank-performance.ts'
import type { Period } from '../period.ts'
import { capital, listed, moved, section, signed, table } from '../writing.ts'
import { clippedNote, type Line, linesOf, notesAbout, notesSection, spokenSubjects, tagsOf, within } from './lines.ts'
import { performance, periodsOf } from './performance.ts'
import { answers, asks, nothingToShow, type Question, type Skill } from './skill.ts'

// Two or more beside each other: instruments, groups, or both.

const MOST_LINES = 8

export const comparison: Skill = (question, desk, world) => {
  const lines = linesOf(question.subjects).slice(0, MOST_LINES)
  if (lines.length < 2) return performance(question, desk, world)
  const periods = periodsOf(question, world)
  const main = periods[0]!
  const cells = lines.map((line) =>
    periods.map((period) => desk.ask('rank_performance', { ...line.selection, ...within(period) })),
  )
  const tickers = question.subjects.instruments.map(({ ticker }) => ticker).slice(0, MOST_LINES)
  const single = lines.every(({ isGroup }) => !isGroup)
  const risks = single ? desk.ask('measure_risk', { tickers, ...within(main) })?.rows : undefined
  const pairs = single ? desk.ask('correlate', { tickers, ...within(main) })?.pairs : undefined
  const notes = notesAbout(desk, { ...tagsOf(question.subjects), ...within(main), limit: 3 })
  if (desk.isWaiting) return asks(planFor(question, lines, periods))

  const ranked = lines
    .map((line, i) => ({ line, result: cells[i]![0], cells: cells[i]! }))
    .filter(({ result }) => result && result.rows.length > 0)
    .sort((a, b) => b.result!.averagePct - a.result!.averagePct)
  const [first, last] = [ranked[0], ranked.at(-1)]
  if (!first?.result || !last?.result || first === last) return nothingToShow(desk)
  const gap = (first.result.averagePct - last.result.averagePct).toFixed(2)
  return answers(
    `${first.line.label} is ${gap} points ahead of ${last.line.label}. I put all of them into one table.`,
    `**${capital(first.line.label)} did better than ${ranked.length === 2 ? last.line.label : `the other ${ranked.length - 1}`} ${main.label}**: it ${moved(first.result.averagePct)}, ${last.line.label} ${moved(last.result.averagePct)}, a gap of ${gap} percentage points.`,
    clippedNote(question.periods, world),
    comparisonTable(ranked, periods),
    groupNote(lines),
    risks &&
      section(
        `Risk ${main.label}`,
        table(
          ['Name', 'Volatility a year', 'Deepest fall', 'Worst day'],
          risks.map((row) => [
            `${row.name} (${row.ticker})`,
            `${row.volatilityPct.toFixed(2)}%`,
            signed(row.maxDrawdownPct),
            signed(row.worstDay.changePct),
          ]),
        ),
      ),
    pairs &&
      pairs.length > 0 &&
      `Correlation of daily changes: ${listed(pairs.map(({ a, b, correlation }) => `${a} and ${b} ${correlation?.toFixed(2) ?? 'unknown'}`))}.`,
    notesSection(notes, spokenSubjects(question.subjects)),
  )
}

interface Ranked {
  readonly line: Line
  readonly cells: readonly (RankPerformanceOutput | undefined)[]
}

function comparisonTable(ranked: readonly Ranked[], periods: readonly Period[]): string {
  const hasGroup = ranked.some(({ line }) => line.isGroup)
  return table(
    ['Name', ...periods.map(({ label }) => capital(label)), ...(hasGroup ? ['Rose'] : [])],
    ranked.map(({ line, cells }) => [
      capital(line.label),
      ...cells.map((cell) => (cell && cell.rows.length > 0 ? signed(cell.averagePct) : '–')),
      ...(hasGroup ? [cells[0] ? `${cells[0].advancers} of ${cells[0].count}` : '–'] : []),
    ]),
  )
}

function groupNote(lines: readonly Line[]): string | undefined {
  return lines.some(({ isGroup }) => isGroup)
    ? 'A group is the plain average of its members, each in its own currency.'
    : undefined
}

function planFor({ isFollowUp, periods }: Question, lines: readonly Line[], asked: readonly Period[]): string {
  const from = isFollowUp ? 'This goes on from the question before. ' : ''
  const when =
    periods.length > 0
      ? listed(asked.map(({ label }) => label))
      : `${listed(asked.map(({ label }) => label))}, as no period was named`
  return `${from}I set beside each other: ${listed(lines.map(({ label }) => label))}. I measure each of them ${when}, then look for notes on what made the difference.`
}
