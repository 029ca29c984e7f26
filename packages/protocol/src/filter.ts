import type { Level } from './common.ts'

/** What a reader wants of a session. The server may narrow it by what the principal may see; a client cannot widen it. */
export interface Filter {
  /** Spans of this level and coarser. */
  readonly trace: Level
  readonly reasoning: boolean
  /** Set by the server alone: fields of what tools take and give that the reader may not see. */
  readonly redact?: readonly string[] | undefined
}

export const DEFAULT_FILTER: Filter = { trace: 'milestone', reasoning: true }

const DEPTH: Readonly<Record<Level, number>> = { milestone: 0, step: 1, detail: 2, debug: 3 }

/** Whether a reader who asked for `asked` sees a span of `level`. */
export function sees(asked: Level, level: Level): boolean {
  return DEPTH[level] <= DEPTH[asked]
}

/** What of an event decides whether a reader sees it. */
export interface Visibility {
  readonly type: string
  readonly level?: Level | undefined
}

/** Recorded steps are shown with the finest trace only: their output is the author's. */
const RECORDED: ReadonlySet<string> = new Set(['step.started', 'step.finished'])

/** Whether the reader gets this event at all. */
export function passes(filter: Filter, event: Visibility): boolean {
  if (event.type === 'chunk.reasoning') return filter.reasoning
  if (RECORDED.has(event.type)) return filter.trace === 'debug'
  return event.level === undefined || sees(filter.trace, event.level)
}

/** The filter that shows no more than either of the two. */
export function narrow(a: Filter, b: Filter): Filter {
  const trace = DEPTH[a.trace] <= DEPTH[b.trace] ? a.trace : b.trace
  const redact = [...new Set([...(a.redact ?? []), ...(b.redact ?? [])])]
  return { trace, reasoning: a.reasoning && b.reasoning, ...(redact.length > 0 ? { redact } : {}) }
}
