import { type Filter, passes, sees } from '@longwire/protocol'
import type { MessageView, SessionView, SpanView } from '@longwire/view'

/** The view without what the reader may not see, or did not ask for. */
export function filteredView(view: SessionView, filter: Filter): SessionView {
  const showsReasoning = passes(filter, { type: 'chunk.reasoning' })
  return {
    ...view,
    turns: view.turns.map((turn) => ({
      ...turn,
      messages: showsReasoning ? turn.messages : turn.messages.flatMap(withoutReasoning),
      trace: seen(turn.trace, filter),
    })),
  }
}

/** None where the step has only thought so far: whoever is spared its reasoning has not heard of it. */
function withoutReasoning(message: MessageView): readonly MessageView[] {
  const parts = message.parts.filter((part) => part.type !== 'reasoning')
  if (parts.length === message.parts.length) return [message]
  return parts.length === 0 && message.draft ? [] : [{ ...message, parts }]
}

/** A span that is not shown leaves its children to the nearest one that is. */
function seen(spans: readonly SpanView[], filter: Filter): readonly SpanView[] {
  return spans.flatMap((span) => {
    const children = seen(span.children, filter)
    return sees(filter.trace, span.level) ? [{ ...span, children }] : children
  })
}
