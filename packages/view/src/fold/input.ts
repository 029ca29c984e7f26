import type { EventOf, InputPart } from '@longwire/protocol'
import { defined } from '../defined.ts'
import { putMessage } from '../message-list.ts'
import type { InputView, MessageView, PartView, SessionView } from '../session-view.ts'
import { withTurn } from '../turn-list.ts'

export function inputAccepted(view: SessionView, event: EventOf<'input.accepted'>): SessionView {
  const { input, delivery, text, parts, context, by, at } = event
  return { ...view, waiting: [...view.waiting, defined({ input, delivery, text, parts, context, by, at })] }
}

export function inputApplied(view: SessionView, { input, turn }: EventOf<'input.applied'>): SessionView {
  return applyInput(view, input, turn)
}

export function inputReturned(view: SessionView, { input }: EventOf<'input.returned'>): SessionView {
  return withoutWaiting(view, input)
}

/** Those that are named go first, in the order named; the others stay as they stood. */
export function inputsArranged(view: SessionView, { inputs }: EventOf<'inputs.arranged'>): SessionView {
  const first = inputs.flatMap((id) => view.waiting.filter(({ input }) => input === id))
  return { ...view, waiting: [...first, ...view.waiting.filter(({ input }) => !inputs.includes(input))] }
}

/** Moves a waiting input into its turn. One that does not wait was applied before. */
export function applyInput(view: SessionView, id: string, turnId: string): SessionView {
  const input = view.waiting.find((waiting) => waiting.input === id)
  if (input === undefined) return view
  return withTurn(withoutWaiting(view, id), turnId, (turn) => ({
    ...turn,
    messages: putMessage(turn.messages, messageOf(input)),
  }))
}

function withoutWaiting(view: SessionView, id: string): SessionView {
  const waiting = view.waiting.filter(({ input }) => input !== id)
  return waiting.length === view.waiting.length ? view : { ...view, waiting }
}

function messageOf({ input, delivery, text, parts, context, by, at }: InputView): MessageView {
  const said: readonly InputPart[] = [
    ...(text === undefined ? [] : [{ type: 'text' as const, text }]),
    ...(parts ?? []),
  ]
  return defined({ id: input, role: 'user' as const, parts: said.map(partOf), at, by, delivery, context })
}

function partOf(part: InputPart, index: number): PartView {
  return part.type === 'text' ? { type: 'text', id: `${index}`, text: part.text } : part
}
