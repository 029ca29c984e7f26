import type { EventOf } from '@longwire/protocol'
import { growDraft } from '../message-list.ts'
import type { PartView, SessionView } from '../session-view.ts'
import { findCall, isStarted } from '../tool-part.ts'
import { isOver, withTurn } from '../turn-list.ts'

export function chunkText(view: SessionView, event: EventOf<'chunk.text'>): SessionView {
  return withSaid(view, event, 'text')
}

export function chunkReasoning(view: SessionView, event: EventOf<'chunk.reasoning'>): SessionView {
  return withSaid(view, event, 'reasoning')
}

export function chunkTool(view: SessionView, event: EventOf<'chunk.tool'>): SessionView {
  const { turn: turnId, step, call, name, input, at } = event
  return withTurn(view, turnId, (turn) => {
    const known = findCall(turn, call)
    if (isOver(turn) || (known && isStarted(known))) return turn
    return growDraft(turn, step, at, (parts) => withInput(parts, call, name, input))
  })
}

function withSaid(
  view: SessionView,
  { turn: turnId, step, part, text, at }: EventOf<'chunk.text' | 'chunk.reasoning'>,
  type: 'text' | 'reasoning',
): SessionView {
  return withTurn(view, turnId, (turn) =>
    isOver(turn) ? turn : growDraft(turn, step, at, (parts) => withText(parts, type, part, text)),
  )
}

// Plain concatenation: a piece may end in the middle of a surrogate pair, and the next one completes it.
function withText(
  parts: readonly PartView[],
  type: 'text' | 'reasoning',
  id: string,
  text: string,
): readonly PartView[] {
  const index = parts.findLastIndex((part) => part.type === type && part.id === id)
  const before = index < 0 ? '' : (parts[index] as { text: string }).text
  const part: PartView = { type, id, text: before + text }
  return index < 0 ? [...parts, part] : parts.with(index, part)
}

function withInput(parts: readonly PartView[], call: string, name: string, input: string): readonly PartView[] {
  const index = parts.findIndex((part) => part.type === 'tool' && part.call === call)
  const known = parts[index]
  const before = known?.type === 'tool' ? (known.inputText ?? '') : ''
  const part: PartView = { type: 'tool', call, name, state: 'input-streaming', inputText: before + input }
  return index < 0 ? [...parts, part] : parts.with(index, part)
}
