import type { EventOf, MessagePart } from '@longwire/protocol'
import { defined } from '../defined.ts'
import { indexOfStep, putMessage, withoutCalls } from '../message-list.ts'
import type { MessageView, PartView, SessionView, TurnView } from '../session-view.ts'
import { asRequested, findCall, isStarted, startedFirst } from '../tool-part.ts'
import { withTurn } from '../turn-list.ts'
import { addUsage } from '../usage.ts'

export function messageCommitted(view: SessionView, event: EventOf<'message.committed'>): SessionView {
  const committed = withTurn(view, event.turn, (turn) => withMessage(turn, event))
  return event.usage === undefined ? committed : { ...committed, usage: addUsage(view.usage, event.usage) }
}

function withMessage(turn: TurnView, event: EventOf<'message.committed'>): TurnView {
  const { step, message, usage, partial, at } = event
  const calls = new Set(message.parts.flatMap((part) => (part.type === 'tool-call' ? [part.call] : [])))
  const said: MessageView = defined({
    id: step,
    role: message.role,
    parts: [...message.parts.map((part, index) => partOf(part, index, turn)), ...startedBeside(turn, step, calls)],
    partial: partial || undefined,
    usage,
    at,
  })
  const messages = putMessage(withoutCalls(turn.messages, calls, step), said)
  return usage === undefined ? { ...turn, messages } : { ...turn, messages, usage: addUsage(turn.usage ?? {}, usage) }
}

function partOf(part: MessagePart, index: number, turn: TurnView): PartView {
  switch (part.type) {
    case 'text':
    case 'reasoning':
      return defined({ type: part.type, id: `${index}`, text: part.text, provider: part.provider })
    case 'tool-call':
      return callOf(part, turn)
    default:
      return part
  }
}

/** A call that was started before its message was committed keeps what is known of it. */
function callOf(
  { call, name, input, provider }: Extract<MessagePart, { type: 'tool-call' }>,
  turn: TurnView,
): PartView {
  const known = findCall(turn, call)
  if (known && isStarted(known)) return defined({ ...known, provider })
  return asRequested(
    defined({ type: 'tool' as const, call, name, state: 'input-available' as const, input, provider }),
    turn.requests,
  )
}

/** The calls of the step that were started and that its message does not name. */
function startedBeside(turn: TurnView, step: string, calls: ReadonlySet<string>): readonly PartView[] {
  const draft = turn.messages[indexOfStep(turn.messages, step)]
  return (draft?.parts ?? [])
    .filter(isStarted)
    .filter(({ call }) => !calls.has(call))
    .sort(startedFirst)
}
