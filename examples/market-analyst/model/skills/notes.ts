import { isAnyone } from '../subjects.ts'
import { singular } from '../words.ts'
import { bullets, cited, dateRange, listed, longDate, plural, section } from '../writing.ts'
import { clippedNote, spokenSubjects, tagsOf, within } from './lines.ts'
import { answers, asks, nothingToShow, type Question, type Skill } from './skill.ts'

// What the research notes say: about someone, about a topic, or lately.

export const notes: Skill = (question, desk, world) => {
  const period = question.periods[0]
  const query = queryOf(question)
  const limit = Math.min(10, question.count ?? 5)
  const tags = tagsOf(question.subjects)
  const found = desk.ask('search_notes', {
    ...(query ? { query } : {}),
    ...tags,
    ...(period ? within(period) : {}),
    limit,
  })
  const about = [
    ...(isAnyone(question.subjects) ? [spokenSubjects(question.subjects)] : []),
    ...(query ? [`“${query}”`] : []),
  ]
  const topic = listed(about) || 'the market'
  if (desk.isWaiting)
    return asks(`This is a question for the notes. I search them for ${topic}${period ? ` ${period.label}` : ''}.`)
  if (!found) return nothingToShow(desk)
  const when = period ? ` ${period.label} (${dateRange(period.from, period.to)})` : ''
  if (found.notes.length === 0) {
    return answers(
      'Nothing fits, and I will not make anything up.',
      `**The notes say nothing about ${topic}${when}.** They cover ${longDate(world.first)} to ${longDate(world.today)}.`,
    )
  }
  const isSorted = !query
  return answers(
    `${plural(found.total, 'note')} fit; I quote the ${isSorted ? 'latest' : 'most fitting'}.`,
    `**${plural(found.total, 'note')} ${found.total === 1 ? 'speaks' : 'speak'} of ${topic}${when}**${found.total > found.notes.length ? `; here ${found.notes.length === 1 ? 'is the' : `are the ${found.notes.length}`} ${isSorted ? 'latest' : 'most fitting'}` : ''}.`,
    clippedNote(question.periods, world),
    section('Notes', bullets(found.notes.map(cited))),
  )
}

/** Words that name neither an instrument nor a group: they are looked for in the text. */
function queryOf({ topic, subjects }: Question): string {
  const words = [...subjects.themes.map(({ name }) => name.replace(/^the /, '')), ...topic]
  return [...new Set(words.map((word) => (word.length > 40 ? word.slice(0, 40) : word)))]
    .filter((word) => singular(word).length > 1)
    .slice(0, 10)
    .join(' ')
}
