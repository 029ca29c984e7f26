import type { LinkState } from '@longwire/client'
import type { SessionView, TurnView } from '@longwire/view'
import { clipped } from '../terminal/prose.ts'
import type { Style } from '../terminal/terminal.ts'
import { seconds } from './figures.ts'

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']
const FRAME_MS = 100

/** What goes on at this moment, in one line; undefined when nothing does. */
export function statusLine(
  view: SessionView,
  link: LinkState,
  now: number,
  isStopping: boolean,
  columns: number,
  style: Style,
): string | undefined {
  const frame = FRAMES[Math.floor(now / FRAME_MS) % FRAMES.length]!
  const lost = lostLine(link, now)
  if (lost) return `${style.yellow(frame)} ${style.yellow(clipped(lost, columns - 4))}`
  const turn = runningTurn(view)
  if (!turn) return undefined
  const doing = isStopping ? 'stopping' : activity(turn)
  return `${style.cyan(frame)} ${doing} ${style.dim(seconds(now - turn.startedAt))}`
}

export function runningTurn({ turns }: SessionView): TurnView | undefined {
  return turns.findLast(({ endedAt }) => endedAt === undefined)
}

/** What to say while there is no line; undefined while there is one. */
export function lostLine(link: LinkState, now: number): string | undefined {
  if (link.kind === 'connecting' && link.attempt > 1) return `line lost, coming back (try ${link.attempt})…`
  if (link.kind !== 'waiting') return undefined
  const why = { going_away: 'the server is restarting', silent: 'nothing heard for too long', cut: 'line lost' }[
    link.why
  ]
  const wait = Math.ceil((link.until - now) / 1_000)
  return `${why}, coming back${wait > 1 ? ` in ${wait} s` : ''}…`
}

/** In one word: the spans that are open say it in more. */
function activity(turn: TurnView): string {
  if (turn.recovering) return `picking up where it was cut off (attempt ${turn.attempt})`
  if (turn.status === 'waiting') return 'waiting for an answer'
  const last = turn.messages.findLast((message) => message.draft)?.parts.at(-1)
  if (last?.type === 'text') return 'writing'
  return last?.type === 'reasoning' ? 'thinking' : 'working'
}
