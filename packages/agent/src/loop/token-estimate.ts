import type { HistoryEntry } from '../boundary/messages.ts'

/** UTF-8 bytes of one token: right for English, a little too careful for code, a little too bold for rare scripts. */
const BYTES_OF_A_TOKEN = 4
/** What the frame around a message and around each of its parts costs. */
const FRAME_TOKENS = 4
/** About what providers count for a picture, whatever its bytes. */
const PICTURE_TOKENS = 1_600

/** About how many tokens a model will count. It costs no tokenizer, and is within a third for ordinary text. */
export function estimateTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / BYTES_OF_A_TOKEN)
}

export function estimateEntries(entries: readonly HistoryEntry[]): number {
  return entries.reduce((sum, entry) => sum + estimateEntry(entry), 0)
}

export function estimateEntry(entry: HistoryEntry): number {
  switch (entry.role) {
    case 'user':
      return FRAME_TOKENS + sum(entry.parts, partTokens) + (entry.context === undefined ? 0 : jsonTokens(entry.context))
    case 'assistant':
      return FRAME_TOKENS + sum(entry.parts, partTokens)
    case 'tool':
      return sum(entry.results, ({ output, error }) => FRAME_TOKENS + jsonTokens(output ?? error ?? null))
  }
}

type Part = Extract<HistoryEntry, { role: 'user' | 'assistant' }>['parts'][number]

function partTokens(part: Part): number {
  switch (part.type) {
    case 'text':
    case 'reasoning':
      return estimateTokens(part.text)
    case 'tool-call':
      return FRAME_TOKENS + estimateTokens(part.name) + jsonTokens(part.input)
    case 'data':
      return FRAME_TOKENS + jsonTokens(part.data)
    case 'file':
      return part.mediaType.startsWith('image/') ? PICTURE_TOKENS : FRAME_TOKENS + estimateTokens(part.data ?? '')
  }
}

function jsonTokens(value: unknown): number {
  return estimateTokens(typeof value === 'string' ? value : JSON.stringify(value))
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0)
}
