import type { Note } from '../../tools/search-notes.ts'
import { isAnyone } from '../subjects.ts'
import { bullets, capital, cited, longDate, moved, named, section, signed } from '../writing.ts'
import { clippedNote, type Line, linesOf, periodOf, selectionOf, spokenSubjects, tagsOf, within } from './lines.ts'
import { notes as searchNotes } from './notes.ts'
import { answers, asks, nothingToShow, type Question, type Skill } from './skill.ts'

// Why something moved: what the prices did, on which days, and what the notes of those days say. Where they say nothing,
// so does the answer.

export const why: Skill = (question, desk, world) => {
  const { subjects } = question
  const line = lineOf(question)
  if (!isAnyone(subjects) && question.topic.length > 0) return searchNotes(question, desk, world)
  const period = periodOf(question, world)
  const selection = isAnyone(subjects) ? selectionOf(subjects) : line.selection
  const result = desk.ask('rank_performance', { ...line.selection, ...within(period) })
  const days = desk.ask('find_large_moves', { ...selection, ...within(period), direction: 'any', limit: 5 })?.moves
  const tagged = desk.ask('search_notes', {
    ...(isAnyone(subjects) ? tagsOf(subjects) : { tickers: ['MWLD'] }),
    ...within(period),
    limit: 6,
  })?.notes
  if (desk.isWaiting) {
    const from = question.isFollowUp ? `“It” is ${line.label}, from what was said before. ` : ''
    return asks(
      `${from}To say why ${line.label} moved ${period.label} I need the size of the move, the days that made it, and the notes of that time.`,
    )
  }
  if (!result || result.rows.length === 0) return nothingToShow(desk)

  const sector = subjects.instruments.length === 1 ? subjects.instruments[0]!.sector : undefined
  const wider = sector && desk.ask('search_notes', { sectors: [sector], ...within(period), limit: 3 })?.notes
  if (desk.isWaiting)
    return asks(
      `${tagged?.length ?? 0} notes speak of ${line.label} itself. I also read those on its sector, ${sector}.`,
    )

  const change = result.averagePct
  const fell = question.direction === 'down'
  const isOther =
    question.direction !== undefined &&
    change !== 0 &&
    fell !== change < 0 &&
    /\bf[ae]ll|\bdrop|\blos|\bdown|\bris|\brose|\bgain|\bup\b/i.test(question.text)
  const average = line.isGroup ? ' on average' : ''
  const others = (wider || []).filter(({ id }) => !tagged?.some((note) => note.id === id))
  return answers(
    tagged?.length || others.length
      ? 'The notes of those days name causes; I quote them and add none of my own.'
      : 'No note explains it, and I will not make up a reason.',
    `**${capital(line.label)} ${moved(change)}${average} ${period.label}**${isOther ? `, so it did not ${fell ? 'fall' : 'rise'} over this period as a whole` : ''} (${longDate(result.rows[0]!.baseDate)} to ${longDate(result.rows[0]!.lastDate)}).`,
    clippedNote(question.periods, world),
    days &&
      days.length > 0 &&
      section('The days that mattered most', bullets(days.map((day) => dayLine(day, [...(tagged ?? []), ...others])))),
    reasons(tagged, others, spokenSubjects(subjects), sector ?? undefined),
  )
}

/** Several are looked at as one group. */
function lineOf({ subjects }: Question): Line {
  const [first, ...more] = linesOf(subjects)
  if (!first) return { label: 'the market', selection: { tickers: ['MWLD'] }, isGroup: false }
  return more.length === 0
    ? first
    : { label: spokenSubjects(subjects), selection: selectionOf(subjects), isGroup: true }
}

function dayLine(
  day: { date: string; name: string; ticker: string; changePct: number },
  notes: readonly Note[],
): string {
  const note = notes.find(({ date }) => date === day.date)
  return `${longDate(day.date)}: ${named(day)} ${signed(day.changePct)}${note ? `, the day of the note *${note.title}*` : ''}`
}

function reasons(
  own: readonly Note[] | undefined,
  wider: readonly Note[],
  whom: string,
  sector: string | undefined,
): string | undefined {
  if (!own) return undefined
  const blocks: string[] = []
  if (own.length > 0) blocks.push(section('What the notes say', bullets(own.map(cited))))
  if (wider.length > 0) blocks.push(section(`And on ${sector} as a whole`, bullets(wider.map(cited))))
  return blocks.length > 0
    ? blocks.join('\n\n')
    : section('What the notes say', `Nothing: no note of this period is about ${whom}, so I can't tell you why.`)
}
