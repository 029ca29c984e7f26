import type { EventOf } from '@longwire/protocol'
import { defined } from '../defined.ts'
import type { SessionView, SpanView } from '../session-view.ts'
import { findSpan, putSpan } from '../span-tree.ts'
import { isOver, withTurn } from '../turn-list.ts'

/** Of the progress of a span only the latest counts, and none once the span is committed. */
export function traceProgress(view: SessionView, event: EventOf<'trace.progress'>): SessionView {
  const { startedAt } = event
  return withTurn(view, event.turn, (turn) => {
    const known = findSpan(turn.trace, event.span)
    if (isOver(turn) || (known && !known.draft)) return turn
    return { ...turn, trace: putSpan(turn.trace, defined({ ...spanOf(event), startedAt, draft: true })) }
  })
}

export function traceSpan(view: SessionView, event: EventOf<'trace.span'>): SessionView {
  const { startedAt, tookMs, outcome } = event
  return withTurn(view, event.turn, (turn) => ({
    ...turn,
    trace: putSpan(turn.trace, defined({ ...spanOf(event), startedAt, tookMs, outcome })),
  }))
}

function spanOf({
  span,
  parent,
  level,
  kind,
  label,
  detail,
  fraction,
  step,
}: EventOf<'trace.progress' | 'trace.span'>) {
  return { span, parent, level, kind, label, detail, fraction, step, children: [] } satisfies SpanView
}
