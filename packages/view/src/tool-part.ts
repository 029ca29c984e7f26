import type { PartView, RequestView, ToolPartView, TurnView } from './session-view.ts'

/** A call whose start is in the log. */
export type StartedPart = ToolPartView & { readonly startedAt: number }

export function isStarted(part: PartView): part is StartedPart {
  return part.type === 'tool' && part.startedAt !== undefined
}

/** The order of calls that no message holds yet. */
export function startedFirst(a: StartedPart, b: StartedPart): number {
  return a.startedAt - b.startedAt || (a.call < b.call ? -1 : 1)
}

export function findCall(turn: TurnView, call: string): ToolPartView | undefined {
  for (const message of turn.messages) {
    for (const part of message.parts) if (part.type === 'tool' && part.call === call) return part
  }
  return undefined
}

/** The turn with the part of this call changed, in the message that holds it. The same turn where none does. */
export function withCall(turn: TurnView, call: string, change: (part: ToolPartView) => ToolPartView): TurnView {
  const isCall = (part: PartView) => part.type === 'tool' && part.call === call
  const inMessage = turn.messages.findIndex((message) => message.parts.some(isCall))
  const message = turn.messages[inMessage]
  if (message === undefined) return turn
  const inParts = message.parts.findIndex(isCall)
  const part = message.parts[inParts] as ToolPartView
  const changed = change(part)
  if (changed === part) return turn
  return {
    ...turn,
    messages: turn.messages.with(inMessage, { ...message, parts: message.parts.with(inParts, changed) }),
  }
}

/**
 * The part of a call whose input is whole, in the state that the turn's requests give it. A call that streams or has
 * finished is not moved by a request.
 */
export function asRequested(part: ToolPartView, requests: readonly RequestView[]): ToolPartView {
  if (part.state === 'input-streaming' || isFinished(part)) return part
  const request = requests.findLast(({ call }) => call === part.call)
  return request === undefined ? part : { ...part, state: stateUnder(request), request: request.request }
}

function stateUnder({ kind, outcome }: RequestView): ToolPartView['state'] {
  if (kind !== 'approval' || outcome === 'withdrawn') return 'input-available'
  return outcome === undefined ? 'approval-requested' : 'approval-responded'
}

function isFinished({ state }: ToolPartView): boolean {
  return state === 'output-available' || state === 'output-error' || state === 'output-denied'
}
