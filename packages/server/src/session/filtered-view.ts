import { type Filter, passes, sees } from '@longwire/protocol'
import type { MessageView, SessionView, SpanView } from '@longwire/view'

/** The view without what the reader may not see, or did not ask for. */
export function filteredView(view: SessionView, filter: Filter): SessionView {
  const showsReasoning = passes(filter, { type: 'chunk.reasoning' })
  return {
    ...view,
    turns: view.turns.map((turn) => ({
      ...turn,
      messages: showsReasoning ? turn.messages : turn.messages.map(withoutReasoning),
      trace: seen(turn.trace, filter),
    })),
  }
}

function withoutReasoning(message: MessageView): MessageView {
  const parts = message.parts.filter((part) => part.type !== 'reasoning')
  return parts.length === message.parts.length ? message : { ...message, parts }
}

/** A span that is not shown leaves its children to the nearest one that is. */
function seen(spans: readonly SpanView[], filter: Filter): readonly SpanView[] {
  return spans.flatMap((span) => {
    const children = seen(span.children, filter)
    return sees(filter.trace, span.level) ? [{ ...span, children }] : children
  })
}
