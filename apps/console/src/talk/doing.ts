import type { SpanView, TurnView } from '@longwire/view'

/** When nothing came of a running turn for so long, it is said to stall. */
const STALLED_AFTER_MS = 20_000

export interface Doing {
  readonly what: string
  /** Since when, by the clock of the server; of the page where nothing is known of the other. */
  readonly since: number
  readonly mood: 'busy' | 'needs' | 'stalled' | 'away'
  readonly fraction?: number | undefined
}

/** What goes on in a turn that is not over, in a few words. */
export function doingOf(turn: TurnView, heardAt: number, now: number, isLineGood: boolean): Doing | undefined {
  if (turn.endedAt !== undefined) return undefined
  if (!isLineGood) return { what: 'Out of sight until the line is back', since: heardAt, mood: 'away' }
  const open = turn.requests.find(({ settledAt }) => settledAt === undefined)
  if (open) return { what: 'Waiting for you', since: open.askedAt, mood: 'needs' }
  const waits = turn.trace.some((span) => span.draft && span.kind === 'wait')
  if (now - heardAt > STALLED_AFTER_MS && !waits)
    return { what: 'Stalled: nothing came', since: heardAt, mood: 'stalled' }
  return busyWith(turn)
}

function busyWith(turn: TurnView): Doing {
  const draft = turn.messages.findLast((message) => message.draft)
  const part = draft?.parts.at(-1)
  if (part?.type === 'text') return { what: 'Writing', since: turn.startedAt, mood: 'busy' }
  const span = openSpan(turn.trace)
  if (span) {
    return { what: span.label, since: span.startedAt ?? turn.startedAt, mood: 'busy', fraction: span.fraction }
  }
  if (turn.recovering) return { what: 'Picking up where it was cut', since: turn.startedAt, mood: 'busy' }
  return { what: 'Thinking', since: turn.startedAt, mood: 'busy' }
}

/** The milestone that began last, of those that are open. */
function openSpan(roots: readonly SpanView[]): SpanView | undefined {
  return roots.findLast((span) => span.draft === true && span.level === 'milestone')
}
