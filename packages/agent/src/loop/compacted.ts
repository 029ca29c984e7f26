import type { LanguageModelV4FunctionTool } from '@ai-sdk/provider'
import type { HistoryEntry } from '../boundary/messages.ts'
import type { RunningTurn } from '../turn/running-turn.ts'
import { dropOldest } from './compaction.ts'
import { estimateEntries, estimateTokens } from './token-estimate.ts'

const MAX_TOKENS = 100_000

/** The conversation as a model is sent it: whole where it fits, else as the agent's policy leaves it. */
export async function compacted(
  run: RunningTurn,
  conversation: readonly HistoryEntry[],
  instructions: string | undefined,
  tools: readonly LanguageModelV4FunctionTool[],
): Promise<readonly HistoryEntry[]> {
  const { maxTokens = MAX_TOKENS, policy = dropOldest } = run.agent.context ?? {}
  const around = estimateTokens(instructions ?? '') + toolTokens(tools)
  const room = Math.max(0, maxTokens - around)
  if (estimateEntries(conversation) <= room) return conversation
  return policy(conversation, { maxTokens: room, estimate: estimateEntries, signal: run.signal })
}

const estimated = new WeakMap<readonly LanguageModelV4FunctionTool[], number>()

/** The tools are the same for every call. */
function toolTokens(tools: readonly LanguageModelV4FunctionTool[]): number {
  const before = estimated.get(tools)
  if (before !== undefined) return before
  const now = tools.length === 0 ? 0 : estimateTokens(JSON.stringify(tools))
  estimated.set(tools, now)
  return now
}
