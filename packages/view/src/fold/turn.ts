import type { EventOf } from '@longwire/protocol'
import { defined } from '../defined.ts'
import { withoutDrafts } from '../message-list.ts'
import type { SessionView, TurnView } from '../session-view.ts'
import { withoutDraftSpans } from '../span-tree.ts'
import { isOver, withStatus, withTurn } from '../turn-list.ts'
import { addUsage, usageOver } from '../usage.ts'
import { applyInput } from './input.ts'
import { scheduleCame } from './schedule.ts'

export function turnStarted(view: SessionView, event: EventOf<'turn.started'>): SessionView {
  const isKnown = view.turns.some(({ turn }) => turn === event.turn)
  const begun = isKnown
    ? withTurn(view, event.turn, (turn) => (event.attempt > turn.attempt ? again(turn, event.attempt) : turn))
    : { ...view, turns: [...view.turns, newTurn(event)] }
  const applied = event.inputs.reduce((so, input) => applyInput(so, input, event.turn), begun)
  const isFirst = !isKnown && event.schedule !== undefined
  return withStatus(isFirst ? scheduleCame(applied, event.schedule!, event.next) : applied, event.turn)
}

export function turnStopping(view: SessionView, { turn }: EventOf<'turn.stopping'>): SessionView {
  return withTurn(view, turn, (open) => ({ ...open, stopping: true as const }))
}

export function turnEnded(view: SessionView, event: EventOf<'turn.ended'>): SessionView {
  const turn = view.turns.findLast(({ turn }) => turn === event.turn)
  if (turn === undefined || isOver(turn)) return view
  const { outcome, finishReason, error, usage = turn.usage, at } = event
  const ended = withTurn(view, event.turn, (turn) =>
    defined({
      ...settled(withoutAnyDraft(turn)),
      stopping: undefined,
      status: outcome,
      endedAt: at,
      finishReason,
      error,
      usage,
    }),
  )
  const total = usage === undefined ? view.usage : addUsage(view.usage, usageOver(usage, turn.usage))
  return withStatus({ ...ended, usage: total }, undefined)
}

function newTurn({ turn, cause, attempt, task, schedule, at }: EventOf<'turn.started'>): TurnView {
  const because = defined({ task, schedule })
  return { turn, status: 'running', cause, ...because, attempt, startedAt: at, messages: [], trace: [], requests: [] }
}

function again(turn: TurnView, attempt: number): TurnView {
  const { endedAt: _, finishReason: __, error: ___, ...rest } = withoutAnyDraft(turn)
  return { ...rest, status: 'running', attempt, recovering: true }
}

/** What a turn that is run again says next is new: it has caught up with its log. */
export function hasRecovered(view: SessionView, turnId: string): SessionView {
  if (!view.turns.some(({ turn, recovering }) => turn === turnId && recovering)) return view
  return withTurn(view, turnId, ({ recovering: _, ...turn }) => turn)
}

function withoutAnyDraft(turn: TurnView): TurnView {
  return { ...turn, messages: withoutDrafts(turn.messages), trace: withoutDraftSpans(turn.trace) }
}

/** Nothing more will be said: a call that was started and that no message ever held has its place for good. */
function settled(turn: TurnView): TurnView {
  if (!turn.messages.some(({ draft }) => draft)) return turn
  return { ...turn, messages: turn.messages.map(({ draft: _, ...message }) => message) }
}
