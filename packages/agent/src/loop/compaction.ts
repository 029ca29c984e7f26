import type { HistoryEntry, ToolResult } from '../boundary/messages.ts'
import { estimateEntries, estimateEntry, estimateTokens } from './token-estimate.ts'

/** What a policy has to keep to. */
export interface CompactionBounds {
  /** Tokens for the conversation: what the model may be sent, without the instructions and the tools. */
  readonly maxTokens: number
  /** About how many tokens these entries are. */
  estimate(entries: readonly HistoryEntry[]): number
  /** Aborts when the turn is stopped. */
  readonly signal: AbortSignal
}

/**
 * What of a conversation that is too long a model is sent. A function of its arguments: the log keeps everything, so
 * it is asked again before each model call whose conversation is too long.
 */
export type CompactionPolicy = (
  conversation: readonly HistoryEntry[],
  bounds: CompactionBounds,
) => readonly HistoryEntry[] | Promise<readonly HistoryEntry[]>

export interface ContextOptions {
  /** Tokens of a model call's input, as estimated: instructions, tools and conversation; 100,000 unless given. */
  readonly maxTokens?: number
  /** `dropOldest` unless given. */
  readonly policy?: CompactionPolicy
}

/** The last exchange: what is never dropped, whatever the bound. */
interface Exchange {
  readonly entries: readonly HistoryEntry[]
  readonly tokens: number
}

/**
 * Keeps the last turns, with a line in front that says what was left out. Where the last turn alone is too long, it
 * keeps what the person said in it and the last exchanges with tools, and shortens what those tools returned. A call is
 * never kept without its result, nor a result without its call.
 */
export const dropOldest: CompactionPolicy = (conversation, { maxTokens }) => {
  const last = conversation.at(-1)?.turn
  const earlier = turnsOf(conversation.filter(({ turn }) => turn !== last))
  const current = conversation.filter(({ turn }) => turn === last)
  const room = maxTokens - SUMMARY_TOKENS
  const kept = newestWithin(earlier, room - estimateEntries(current))
  const dropped = earlier.slice(0, earlier.length - kept.length).flatMap(({ entries }) => entries)
  const shortened = estimateEntries(current) <= room ? current : shortenedTurn(current, room)
  const left = [...dropped, ...current.filter((entry) => entry.role === 'assistant' && !shortened.includes(entry))]
  if (left.length === 0) return shortened
  const summary: HistoryEntry = { role: 'user', turn: left[0]!.turn, parts: [{ type: 'text', text: summaryOf(left) }] }
  return [summary, ...kept.flatMap(({ entries }) => entries), ...shortened]
}

function turnsOf(entries: readonly HistoryEntry[]): readonly Exchange[] {
  return [...Map.groupBy(entries, ({ turn }) => turn).values()].map(exchange)
}

function exchange(entries: readonly HistoryEntry[]): Exchange {
  return { entries, tokens: estimateEntries(entries) }
}

/** As many as fit, the newest of them, without a gap. */
function newestWithin(exchanges: readonly Exchange[], room: number): readonly Exchange[] {
  let from = exchanges.length
  for (let left = room; from > 0 && exchanges[from - 1]!.tokens <= left; from--) left -= exchanges[from - 1]!.tokens
  return exchanges.slice(from)
}

/** One turn that is too long by itself: its oldest exchanges go, then what its tools returned is cut. */
function shortenedTurn(turn: readonly HistoryEntry[], room: number): readonly HistoryEntry[] {
  const exchanges = exchangesOf(turn)
  const isAsked = ({ entries }: Exchange) => entries[0]!.role === 'user'
  const asked = exchanges.filter(isAsked)
  const made = exchanges.filter((each) => !isAsked(each))
  const forMade = room - asked.reduce((sum, { tokens }) => sum + tokens, 0)
  const fitting = newestWithin(made, forMade)
  const kept = new Set(fitting.length > 0 ? fitting : made.slice(-1))
  const entries = exchanges.filter((each) => isAsked(each) || kept.has(each)).flatMap(({ entries }) => entries)
  return estimateEntries(entries) <= room ? entries : withResultsCut(entries, room)
}

/** What belongs together: a thing the person said, or what the model said with the results of all it called. */
function exchangesOf(entries: readonly HistoryEntry[]): readonly Exchange[] {
  const groups: HistoryEntry[][] = []
  for (const entry of entries) {
    const before = groups.at(-1)
    if (entry.role === 'tool' && before && before[0]!.role === 'assistant') before.push(entry)
    else groups.push([entry])
  }
  return groups.map(exchange)
}

/** No result is cut below this, because a model can do nothing with less. */
const SHORTEST_RESULT_TOKENS = 100

function withResultsCut(entries: readonly HistoryEntry[], room: number): readonly HistoryEntry[] {
  const results = entries.flatMap((entry) => (entry.role === 'tool' ? entry.results : []))
  const others = entries.filter(({ role }) => role !== 'tool').reduce((sum, entry) => sum + estimateEntry(entry), 0)
  const each = Math.max(SHORTEST_RESULT_TOKENS, Math.floor((room - others) / Math.max(1, results.length)))
  return entries.map((entry) =>
    entry.role === 'tool' ? { ...entry, results: entry.results.map((result) => cutTo(result, each)) } : entry,
  )
}

function cutTo(result: ToolResult, tokens: number): ToolResult {
  const text = typeof result.output === 'string' ? result.output : JSON.stringify(result.output ?? null)
  const most = tokens - CUT_TOKENS
  if (estimateTokens(text) <= most) return result
  // Cut by bytes, as tokens are estimated; a character that is cut in half at the end is left out.
  const kept = Buffer.from(text)
    .subarray(0, 4 * most)
    .toString('utf8')
    .replace(/\uFFFD+$/, '')
  return { ...result, output: `${kept}… [${text.length - kept.length} more characters are left out here]` }
}

const CUT_TOKENS = 20
const SUMMARY_TOKENS = 200
const TOPIC_CHARACTERS = 60
const TOPICS = 5

/** "[Left out here: 12 earlier turns. They were about «…», «…». Tools used: search.]" */
function summaryOf(left: readonly HistoryEntry[]): string {
  const turns = new Set(left.map(({ turn }) => turn)).size
  const asked = left.flatMap((entry) => (entry.role === 'user' ? [topicOf(entry.parts)] : [])).filter((topic) => topic)
  const tools = new Set(left.flatMap(toolsOf))
  const about =
    asked.length === 0
      ? ''
      : ` The person said: ${asked
          .slice(-TOPICS)
          .map((topic) => `«${topic}»`)
          .join(', ')}.`
  const used = tools.size === 0 ? '' : ` Tools used: ${[...tools].slice(0, TOPICS).join(', ')}.`
  return `[Left out here, because the conversation is long: parts of ${turns} earlier ${turns === 1 ? 'turn' : 'turns'}.${about}${used}]`
}

function topicOf(parts: Extract<HistoryEntry, { role: 'user' }>['parts']): string {
  const text = parts
    .flatMap((part) => (part.type === 'text' ? [part.text] : []))
    .join(' ')
    .replace(/\s+/g, ' ')
    .trim()
  return text.length > TOPIC_CHARACTERS ? `${text.slice(0, TOPIC_CHARACTERS)}…` : text
}

function toolsOf(entry: HistoryEntry): readonly string[] {
  return entry.role === 'assistant' ? entry.parts.flatMap((part) => (part.type === 'tool-call' ? [part.name] : [])) : []
}
