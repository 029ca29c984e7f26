import type { AgentInput, HistoryEntry } from '../boundary/messages.ts'

/** What a person sent, as a part of the conversation. */
export function entryOf(turn: string, { text, parts, context }: AgentInput): HistoryEntry {
  const said = parts ?? (text === undefined ? [] : [{ type: 'text' as const, text }])
  return { role: 'user', turn, parts: said, ...(context === undefined ? {} : { context }) }
}
