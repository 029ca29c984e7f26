import type { HistoryEntry, ToolResult } from '@longwire/agent/internal'
import type { InputPart, Json, MessagePart } from '@longwire/protocol'
import type { MessageView, PartView, SessionView, ToolPartView } from '@longwire/view'

/** What was said before this turn, as a model call needs it: each assistant message followed by its tools' results. */
export function historyOf(view: SessionView, beforeTurn: string): readonly HistoryEntry[] {
  const here = view.turns.findIndex(({ turn }) => turn === beforeTurn)
  return view.turns
    .slice(0, here === -1 ? undefined : here)
    .flatMap(({ turn, messages }) => messages.filter(({ draft }) => !draft).flatMap((each) => entriesOf(turn, each)))
}

function entriesOf(turn: string, message: MessageView): readonly HistoryEntry[] {
  if (message.role === 'user') {
    const parts = message.parts.filter(isInputPart).map(inputPart)
    return [{ role: 'user', turn, parts, ...(message.context === undefined ? {} : { context: message.context }) }]
  }
  const tools = message.parts.filter((part): part is ToolPartView => part.type === 'tool')
  const said: HistoryEntry = {
    role: 'assistant',
    turn,
    parts: message.parts.map(messagePart),
    ...(message.partial ? { partial: true } : {}),
  }
  return tools.length === 0 ? [said] : [said, { role: 'tool', turn, results: tools.map(resultOf) }]
}

type InputPartView = Exclude<PartView, { type: 'reasoning' } | { type: 'tool' }>

function isInputPart(part: PartView): part is InputPartView {
  return part.type !== 'reasoning' && part.type !== 'tool'
}

function inputPart(part: InputPartView): InputPart {
  return part.type === 'text' ? { type: 'text', text: part.text } : part
}

function messagePart(part: PartView): MessagePart {
  switch (part.type) {
    case 'text':
    case 'reasoning':
      return { type: part.type, text: part.text, ...providerOf(part) }
    case 'tool':
      return { type: 'tool-call', call: part.call, name: part.name, input: part.input ?? null, ...providerOf(part) }
    default:
      return part
  }
}

/** What the model's provider wants back with a part: signatures of what it thought, for one. */
function providerOf({ provider }: { readonly provider?: Json | undefined }): { readonly provider?: Json } {
  return provider === undefined ? {} : { provider }
}

function resultOf(part: ToolPartView): ToolResult {
  const { call, name } = part
  switch (part.state) {
    case 'output-available':
      return { call, name, outcome: 'ok', output: part.output ?? null }
    case 'output-denied':
      return { call, name, outcome: 'denied', error: part.error ?? 'denied' }
    case 'output-error':
      return { call, name, outcome: 'error', error: part.error ?? 'the tool failed' }
    default:
      return { call, name, outcome: 'cancelled', error: 'the tool never finished' }
  }
}
