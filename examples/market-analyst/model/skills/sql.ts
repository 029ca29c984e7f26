import { plural, table } from '../writing.ts'
import { answers, asks, nothingToShow, type Skill } from './skill.ts'

// A query that the person wrote: run as it is, on a connection that can only read.

const MOST_ROWS = 30

export const sql: Skill = (question, desk) => {
  const query = /\b(?:select|with)\b[\s\S]*/i.exec(question.text.replace(/```(?:sql)?/gi, ''))?.[0].trim() ?? ''
  const result = desk.ask('run_sql', { sql: query })
  if (desk.isWaiting) return asks('This is SQL. I run it as it stands; the connection can only read.')
  if (!result) return nothingToShow(desk)
  const rows = result.rows.slice(0, MOST_ROWS)
  const more = result.rows.length > rows.length || result.cut ? `, of which the first ${rows.length} are shown` : ''
  return answers(
    'The query gave rows; I show them as they are.',
    `**The query gave ${result.cut ? `more than ${plural(result.rows.length, 'row')}` : plural(result.rows.length, 'row')}**${more}.`,
    rows.length > 0 &&
      table(
        result.columns,
        rows.map((row) => row.map(String)),
      ),
  )
}
