import type { HistoryEntry } from '../boundary/messages.ts'

const USABLE = /^[A-Za-z0-9_-]{1,128}$/

/**
 * Names tool calls so that each id is unique in its session. A provider's own id is kept where it can be: some number
 * their calls anew in every answer, and some give none.
 */
export function callNames(
  before: readonly HistoryEntry[],
  recorded: readonly string[] = [],
): (given: string, step: string) => string {
  const taken = new Set([...before.flatMap(callsOf), ...recorded])
  return (given, step) => {
    let name = given
    for (let n = 1; !USABLE.test(name) || taken.has(name); n++) name = `${step.replace(/[^A-Za-z0-9_-]/g, '_')}_${n}`
    taken.add(name)
    return name
  }
}

function callsOf(entry: HistoryEntry): readonly string[] {
  return entry.role === 'assistant' ? entry.parts.flatMap((part) => (part.type === 'tool-call' ? [part.call] : [])) : []
}
