import type { EventOf } from '@longwire/protocol'
import { withoutDrafts } from '../message-list.ts'
import type { SessionView } from '../session-view.ts'
import { withoutDraftSpans } from '../span-tree.ts'
import { withTurn } from '../turn-list.ts'

/** That a recorded step begins is for the turn that may run again, too. */
export function stepStarted(view: SessionView, _event: EventOf<'step.started'>): SessionView {
  return view
}

/** A recorded step is for the turn that may run again: a person sees nothing of it. */
export function stepFinished(view: SessionView, _event: EventOf<'step.finished'>): SessionView {
  return view
}

export function stepRolledBack(view: SessionView, { turn: turnId, step }: EventOf<'step.rolledback'>): SessionView {
  return withTurn(view, turnId, (turn) => {
    const messages = withoutDrafts(turn.messages, step)
    const trace = withoutDraftSpans(turn.trace, step)
    return messages === turn.messages && trace === turn.trace ? turn : { ...turn, messages, trace }
  })
}
