import type { MessageView, PartView, TurnView } from './session-view.ts'
import { isStarted, type StartedPart, startedFirst } from './tool-part.ts'

// The messages of a turn are those that stand, in the order of the log, and after them the drafts, in order of
// appearance. A message stands once it is committed, or once one of its calls was started: a start is in the log, so
// it outlives the draft around it. Because a draft has no say in the order of what stands, the view is the same
// whether its drafts were seen or skipped.

type Messages = readonly MessageView[]

/** Where what the step says is. Inputs are told apart by their delivery: their ids are of another kind. */
export function indexOfStep(messages: Messages, step: string): number {
  return messages.findLastIndex((message) => message.id === step && message.delivery === undefined)
}

/** The turn with the step's draft grown by `change`, which gets its parts so far. What is committed does not grow. */
export function growDraft(
  turn: TurnView,
  step: string,
  at: number,
  change: (parts: readonly PartView[]) => readonly PartView[],
): TurnView {
  const index = indexOfStep(turn.messages, step)
  const message = turn.messages[index]
  if (message !== undefined && !message.draft) return turn
  const grown: MessageView = { id: step, role: 'assistant', parts: change(message?.parts ?? []), draft: true, at }
  return { ...turn, messages: index < 0 ? [...turn.messages, grown] : turn.messages.with(index, grown) }
}

/** The messages with `message` in the place of what its step, if it is one's, said so far. */
export function putMessage(messages: Messages, message: MessageView): Messages {
  const index = message.delivery === undefined ? indexOfStep(messages, message.id) : -1
  return arranged(index < 0 ? [...messages, message] : messages.with(index, message))
}

/** The messages with a started call: in the message that holds it, else in what `step` says. */
export function putStarted(messages: Messages, step: string, part: StartedPart): Messages {
  const holder = messages.findIndex(({ parts }) => indexOfCall(parts, part.call) >= 0)
  const index = holder < 0 ? indexOfStep(messages, step) : holder
  const message = messages[index] ?? { id: step, role: 'assistant', parts: [], draft: true, at: part.startedAt }
  const inParts = indexOfCall(message.parts, part.call)
  const parts = inParts < 0 ? [...message.parts, part] : message.parts.with(inParts, part)
  const grown = message.draft ? ordered({ ...message, parts, at: part.startedAt }) : { ...message, parts }
  return arranged(index < 0 ? [...messages, grown] : messages.with(index, grown))
}

/** The messages without what was only drafted, in one step or in all. What was started within a draft stays. */
export function withoutDrafts(messages: Messages, step?: string): Messages {
  const isMeant = (message: MessageView) => message.draft === true && (step === undefined || message.id === step)
  if (!messages.some(isMeant)) return messages
  const kept = messages.flatMap((message) => {
    if (!isMeant(message)) return [message]
    const parts = message.parts.filter(isStarted)
    return parts.length === 0 ? [] : [ordered({ ...message, parts })]
  })
  return arranged(kept)
}

/** The messages without these calls, save in what `step` said: its commit holds them from now on. */
export function withoutCalls(messages: Messages, calls: ReadonlySet<string>, step: string): Messages {
  const isTaken = (part: PartView) => part.type === 'tool' && calls.has(part.call)
  return messages.flatMap((message) => {
    if (message.id === step || !message.draft || !message.parts.some(isTaken)) return [message]
    const parts = message.parts.filter((part) => !isTaken(part))
    return parts.length === 0 ? [] : [ordered({ ...message, parts })]
  })
}

/** A draft of which all is in the log stands as the log alone has it. */
function ordered(draft: MessageView): MessageView {
  if (!draft.parts.every(isStarted)) return draft
  const parts = draft.parts.filter(isStarted).sort(startedFirst)
  return { ...draft, parts, at: Math.max(...parts.map(({ startedAt }) => startedAt)) }
}

function arranged(messages: Messages): Messages {
  return [...messages.filter(stands), ...messages.filter((message) => !stands(message))]
}

function stands(message: MessageView): boolean {
  return !message.draft || message.parts.some(isStarted)
}

function indexOfCall(parts: readonly PartView[], call: string): number {
  return parts.findIndex((part) => part.type === 'tool' && part.call === call)
}
