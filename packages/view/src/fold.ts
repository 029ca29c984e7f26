import {
  type EventOf,
  type EventType,
  isAfter,
  parsePlace,
  placeOf,
  printPlace,
  type SessionEvent,
} from '@longwire/protocol'
import { chunkReasoning, chunkText, chunkTool } from './fold/chunk.ts'
import { controlRequested, controlSettled } from './fold/control.ts'
import { inputAccepted, inputApplied, inputReturned, inputsArranged } from './fold/input.ts'
import { messageCommitted } from './fold/message.ts'
import { scheduleEnded, scheduleSet } from './fold/schedule.ts'
import { sessionClosed, sessionDescribed, sessionOpened } from './fold/session.ts'
import { stepFinished, stepRolledBack, stepStarted } from './fold/step.ts'
import { taskFinished, taskProgress, taskStarted } from './fold/task.ts'
import { toolFinished, toolStarted } from './fold/tool.ts'
import { traceProgress, traceSpan } from './fold/trace.ts'
import { hasRecovered, turnEnded, turnStarted, turnStopping } from './fold/turn.ts'
import type { SessionView } from './session-view.ts'

/** An event of a type that this version does not know: it moves the place and shows nothing. */
export interface UnknownEvent {
  readonly type: string
  readonly seq: number
  readonly sub?: number | undefined
}

/** What each kind of event does to a view, its place aside. A kind without a fold does not compile. */
const FOLDS: { readonly [T in EventType]: (view: SessionView, event: EventOf<T>) => SessionView } = {
  'session.opened': sessionOpened,
  'session.described': sessionDescribed,
  'session.closed': sessionClosed,
  'input.accepted': inputAccepted,
  'input.applied': inputApplied,
  'input.returned': inputReturned,
  'inputs.arranged': inputsArranged,
  'turn.started': turnStarted,
  'chunk.text': chunkText,
  'chunk.reasoning': chunkReasoning,
  'chunk.tool': chunkTool,
  'message.committed': messageCommitted,
  'tool.started': toolStarted,
  'tool.finished': toolFinished,
  'step.started': stepStarted,
  'step.finished': stepFinished,
  'trace.progress': traceProgress,
  'trace.span': traceSpan,
  'control.requested': controlRequested,
  'control.settled': controlSettled,
  'step.rolledback': stepRolledBack,
  'task.started': taskStarted,
  'task.finished': taskFinished,
  'task.progress': taskProgress,
  'schedule.set': scheduleSet,
  'schedule.ended': scheduleEnded,
  'turn.stopping': turnStopping,
  'turn.ended': turnEnded,
}

/** What is written of a turn before it goes on where it was cut. */
const BEFORE_GOING_ON: ReadonlySet<string> = new Set([
  'turn.started',
  'step.rolledback',
  'step.started',
  'step.finished',
])

/** A commit came as a stub: the whole of it has to be fetched from `href` before it can be folded. */
export class StubNotFetched extends Error {
  override readonly name = 'StubNotFetched'
  readonly href: string
  constructor(place: string, href: string) {
    super(`the commit at ${place} is a stub: fetch ${href} first`)
    this.href = href
  }
}

/**
 * The view after `event`. Pure: neither argument is changed, and what the event does not touch is the same object
 * as before. An event at or before the view's place is ignored, so a stream may repeat itself but not skip a commit
 * or go back. Throws `StubNotFetched` for a commit that came without its fields.
 */
export function fold(view: SessionView, event: SessionEvent | UnknownEvent): SessionView {
  const at = parsePlace(view.at)
  if (at === undefined) throw new TypeError(`not a view: its place is ${JSON.stringify(view.at)}`)
  const place = placeOf(event)
  if (!isAfter(place, at)) return view
  return { ...apply(view, event), at: printPlace(place) }
}

/** All of the events folded in, one after the other. */
export function foldAll(view: SessionView, events: Iterable<SessionEvent | UnknownEvent>): SessionView {
  for (const event of events) view = fold(view, event)
  return view
}

function apply(view: SessionView, event: SessionEvent | UnknownEvent): SessionView {
  if (!isKnown(event)) return view
  if ('href' in event && typeof event.href === 'string')
    throw new StubNotFetched(printPlace(placeOf(event)), event.href)
  const foldOne = FOLDS[event.type] as (view: SessionView, event: SessionEvent) => SessionView
  const folded = foldOne(view, event)
  // Not by a draft: one that is withdrawn leaves nothing behind.
  const goesOn = !('sub' in event) && event.turn !== undefined && !BEFORE_GOING_ON.has(event.type)
  return goesOn ? hasRecovered(folded, event.turn!) : folded
}

function isKnown(event: SessionEvent | UnknownEvent): event is SessionEvent {
  return Object.hasOwn(FOLDS, event.type)
}
