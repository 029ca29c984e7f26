import { type Filter, passes, sees } from '@longwire/protocol'
import type { MessageView, SessionView, SpanView } from '@longwire/view'
import { redacted } from '../auth/redaction.ts'

/** The view without what the reader may not see, or did not ask for. */
export function filteredView(view: SessionView, filter: Filter): SessionView {
  const showsReasoning = passes(filter, { type: 'chunk.reasoning' })
  const turns = view.turns.map((turn) => ({
    ...turn,
    messages: showsReasoning ? turn.messages : turn.messages.flatMap(withoutReasoning),
    trace: seen(turn.trace, filter),
  }))
  return redacted({ ...view, turns }, filter.redact)
}

/** None where the step has only thought so far: whoever is spared its reasoning has not heard of it. */
function withoutReasoning(message: MessageView): readonly MessageView[] {
  const parts = message.parts.filter((part) => part.type !== 'reasoning')
  if (parts.length === message.parts.length) return [message]
  return parts.length === 0 && message.draft ? [] : [{ ...message, parts }]
}

/** A reader who never heard of a span has its children as roots, so they are roots here. */
function seen(roots: readonly SpanView[], filter: Filter): readonly SpanView[] {
  const orphans: SpanView[] = []
  const kept = pick(roots, filter, orphans)
  return orphans.length === 0 ? kept : [...kept, ...orphans].sort(inOrder)
}

/** The spans that are shown, each with its children; those whose parent is not shown go to `orphans`. */
function pick(spans: readonly SpanView[], filter: Filter, orphans: SpanView[]): readonly SpanView[] {
  return spans.flatMap((span) => {
    const children = pick(span.children, filter, orphans)
    if (sees(filter.trace, span.level)) return [{ ...span, children }]
    orphans.push(...children)
    return []
  })
}

/** As the fold has spans beside each other: by start, then by id, of which a longer one is a later one. */
function inOrder(a: SpanView, b: SpanView): number {
  const [startA, startB] = [a.startedAt ?? Infinity, b.startedAt ?? Infinity]
  if (startA !== startB) return startA - startB
  return a.span.length - b.span.length || (a.span < b.span ? -1 : 1)
}
