import type { Performance } from '../../tools/rank-performance.ts'
import { capital, dateRange, moved, named, section, signed } from '../writing.ts'
import { clippedNote, notesAbout, notesSection, periodOf, selectionOf, spokenSubjects, within } from './lines.ts'
import { groupTable } from './overview.ts'
import { membersTable } from './performance.ts'
import { answers, asks, nothingToShow, type Skill } from './skill.ts'

// The best and the worst: of shares, of another kind, of a sector or a region; or sectors and regions themselves.

const USUAL = 5

export const movers: Skill = (question, desk, world) =>
  question.by && question.subjects.instruments.length === 0
    ? groups(question, desk, world)
    : instruments(question, desk, world)

const groups: Skill = (question, desk, world) => {
  const by = question.by ?? 'sector'
  const period = periodOf(question, world)
  const { sectors, regions } = question.subjects
  const scope = {
    ...(sectors.length > 0 ? { sectors: [...sectors] } : {}),
    ...(regions.length > 0 ? { regions: [...regions] } : {}),
  }
  const found = desk.ask('compare_groups', { by, ...scope, ...within(period) })?.groups
  if (desk.isWaiting)
    return asks(
      `Which ${by} did ${question.direction === 'down' ? 'worst' : 'best'}: I compare all of them ${period.label}, by the average of their shares.`,
    )
  const first = question.direction === 'down' ? found?.at(-1) : found?.[0]
  if (!found || !first) return nothingToShow(desk)

  const tags = by === 'sector' ? { sectors: [first.group] } : { regions: [first.group] }
  const notes = notesAbout(desk, { ...tags, ...within(period), limit: 3 })
  if (desk.isWaiting)
    return asks(`It is ${first.group} with ${signed(first.averagePct)}. What do the notes say about it?`)
  const place = question.direction === 'down' ? 'did worst' : 'did best'
  return answers(
    `${first.group} ${place}; the whole ranking shows how far the others are.`,
    `**${first.group} ${place} ${period.label}**: its shares ${moved(first.averagePct)} on average, ${first.advancers} of ${first.count} rose.`,
    clippedNote(question.periods, world),
    section(`${capital(by)}s, ${dateRange(period.from, period.to)}`, groupTable(capital(by), found)),
    notesSection(notes, first.group),
  )
}

const instruments: Skill = (question, desk, world) => {
  const period = periodOf(question, world)
  const selection = selectionOf(question.subjects)
  const limit = Math.min(20, question.count ?? USUAL)
  const [wantsBest, wantsWorst] = [question.direction !== 'down', question.direction !== 'up']
  const best = wantsBest
    ? desk.ask('rank_performance', { ...selection, ...within(period), order: 'best', limit })
    : undefined
  const worst = wantsWorst
    ? desk.ask('rank_performance', { ...selection, ...within(period), order: 'worst', limit })
    : undefined
  const whom = spokenSubjects(question.subjects)
  const which = wantsBest && wantsWorst ? 'the best and the worst' : wantsBest ? 'the best' : 'the worst'
  if (desk.isWaiting) return asks(`I rank ${whom} by their change ${period.label} and take ${which} ${limit}.`)
  const found = best ?? worst
  const first = found?.rows[0]
  if (!found || !first) return nothingToShow(desk)

  const extremes = [best?.rows[0], best?.rows[1], worst?.rows[0], worst?.rows[1]].filter((row) => row !== undefined)
  const notes = notesAbout(desk, {
    tickers: [...new Set(extremes.map(({ ticker }) => ticker))],
    ...within(period),
    limit: 4,
  })
  if (desk.isWaiting)
    return asks(`${named(first)} comes first with ${signed(first.changePct)}. I look for notes on those at the top.`)
  return answers(
    `Of ${found.count}, ${found.advancers} rose and ${found.decliners} fell.`,
    /\bhow many\b/i.test(question.text) &&
      `**${found.advancers} of ${found.count} rose and ${found.decliners} fell ${period.label}.**`,
    headline(best?.rows[0], worst?.rows[0], period.label, whom),
    clippedNote(question.periods, world),
    best && section(`Best ${period.label}`, membersTable(best.rows)),
    worst && section(`Worst ${period.label}`, membersTable(worst.rows)),
    `Of ${found.count} instruments ${found.advancers} rose and ${found.decliners} fell; the average change is ${signed(found.averagePct)}.`,
    notesSection(notes, 'these'),
  )
}

function headline(best: Performance | undefined, worst: Performance | undefined, label: string, whom: string): string {
  if (best && worst)
    return `**${named(best)} did best and ${named(worst)} worst of ${whom} ${label}**: ${signed(best.changePct)} against ${signed(worst.changePct)}.`
  const one = (best ?? worst)!
  return `**${named(one)} did ${best ? 'best' : 'worst'} of ${whom} ${label}**: it ${moved(one.changePct)}.`
}
