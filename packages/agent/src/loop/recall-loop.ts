import type { HistoryEntry, ToolResult } from '../boundary/messages.ts'
import { partsOf } from '../turn/journal.ts'
import type { RunningTurn } from '../turn/running-turn.ts'
import { entryOf } from './entry-of.ts'

/** Takes up what the model loop did within a step that answers from the log, and so is not run again. */
export function recallLoop(run: RunningTurn, step: string): void {
  run.generated.push(...conversationIn(run, step))
  const last = run.journal.modelCallsBelow(step).at(-1)
  run.finishReason = last?.message?.finishReason ?? run.finishReason
}

/** What it said, called and was told. */
function conversationIn(run: RunningTurn, step: string): readonly HistoryEntry[] {
  return run.journal.modelCallsBelow(step).flatMap(({ step, message, finished }): readonly HistoryEntry[] => {
    const joined = run.joinedAt(step).map((input) => entryOf(run.id, input))
    const parts = partsOf((message ?? finished)!)
    if (parts.length === 0) return joined
    const results = parts.flatMap((part) => (part.type === 'tool-call' ? resultOf(run, part) : []))
    const answered: HistoryEntry[] = results.length === 0 ? [] : [{ role: 'tool', turn: run.id, results }]
    return [...joined, { role: 'assistant', turn: run.id, parts }, ...answered]
  })
}

function resultOf(run: RunningTurn, { call, name }: { readonly call: string; readonly name: string }): ToolResult[] {
  const finished = run.journal.resultOf(call)
  if (!finished) return []
  const { outcome, output, error } = finished
  return [{ call, name, outcome, output, error }]
}
