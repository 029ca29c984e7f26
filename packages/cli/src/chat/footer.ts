import type { LinkState } from '@longwire/client'
import type { InputView, SessionView, TaskView } from '@longwire/view'
import { clipped } from '../terminal/prose.ts'
import type { Cursor } from '../terminal/screen.ts'
import type { Style } from '../terminal/terminal.ts'
import { seconds } from './figures.ts'
import { statusLine } from './status-line.ts'

/** What stands below a conversation. */
export interface FooterParts {
  readonly view: SessionView
  readonly link: LinkState
  readonly now: number
  readonly isStopping: boolean
  /** Inputs that wait in the session, and texts on their way to it. */
  readonly waiting: readonly InputView[]
  readonly sending: readonly string[]
  /** The question in front. */
  readonly question: readonly string[]
  readonly hint: string
  /** The line to type on. */
  readonly line: { readonly rows: readonly string[]; readonly cursor: Cursor }
}

export interface Footer {
  readonly lines: readonly string[]
  readonly cursor: Cursor
}

/** What goes on, what waits, what is asked, and the line to type on. */
export function footer(parts: FooterParts, columns: number, style: Style): Footer {
  const { view, link, now, isStopping, waiting, sending, question, hint, line } = parts
  const status = statusLine(view, link, now, isStopping, columns, style)
  const tasks = view.tasks
    .filter(({ outcome }) => outcome === undefined)
    .map((task) => taskLine(task, now, columns, style))
  const above = [
    '',
    ...queueLines(waiting, sending, columns, style),
    ...tasks,
    ...(status ? [`  ${status}`] : []),
    ...(status || tasks.length > 0 ? [''] : []),
    ...question,
  ]
  const prompt = line.rows.map((row, at) => `${at === 0 ? style.cyan('›') : ' '} ${row}`)
  return {
    lines: [...above, ...prompt, `  ${style.dim(clipped(hint, columns - 2))}`],
    cursor: { row: above.length + line.cursor.row, column: line.cursor.column + 2 },
  }
}

const WORDS = { queue: 'queued', steer: 'steers', interrupt: 'next' } as const

function queueLines(
  waiting: readonly InputView[],
  sending: readonly string[],
  columns: number,
  style: Style,
): string[] {
  const numbered = waiting.length > 1
  return [
    ...waiting.map(({ delivery, text }, at) => {
      const number = numbered ? `${at + 1} ` : ''
      return style.dim(`  ${WORDS[delivery]}  ${number}${clipped(text ?? '…', columns - 14)}`)
    }),
    ...sending.map((text) => style.dim(`  sending  ${clipped(text, columns - 14)}`)),
  ]
}

/** A background task: how far it is, and since when. */
function taskLine(
  { label, fraction, progressLabel, startedAt }: TaskView,
  now: number,
  columns: number,
  style: Style,
): string {
  const done = fraction === undefined ? '' : ` ${Math.round(fraction * 100)} %`
  const text = clipped(`${label}${progressLabel ? ` · ${progressLabel}` : ''}`, columns - 24)
  return `  ${style.magenta('◔')} ${text}${style.cyan(done)} ${style.dim(`in the background, ${seconds(now - startedAt)}`)}`
}
