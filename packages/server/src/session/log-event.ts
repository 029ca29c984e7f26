import type { CommitBody } from '@longwire/agent/internal'
import type { Level, NewCommit } from '@longwire/protocol'

/**
 * An event on its way to readers. It was turned into JSON once; `fields` is that text without its opening brace, so that
 * an attachment only puts its channel in front.
 */
export interface LogEvent {
  readonly seq: number
  /** 0 for a commit. */
  readonly sub: number
  readonly type: string
  readonly level?: Level | undefined
  readonly fields: string
  /** Set on a commit that holds reasoning of a model: readers who may not see it get another text. */
  readonly reasoning?: boolean | undefined
}

/** A commit that this thread makes, in the shape in which commits come from a worker. `at` is milliseconds since 1970. */
export function commitBody(event: DistributiveOmit<NewCommit, 'at'>, at: number): CommitBody {
  const { type, ...fields } = event
  const named = fields as {
    step?: string
    call?: string
    request?: string
    span?: string
    task?: string
    level?: Level
  }
  return {
    type,
    json: JSON.stringify({ type, at, ...fields }),
    step: named.step,
    call: named.call,
    request: named.request,
    span: named.span,
    task: named.task,
    level: named.level,
  }
}

// biome-ignore lint/suspicious/noExplicitAny: distributes over the members of a union
export type DistributiveOmit<T, K extends PropertyKey> = T extends any ? Omit<T, K> : never

/** The commit as it stands in the log, once it has its number. */
export function commitJson(seq: number, body: CommitBody): string {
  return `{"seq":${seq},${body.json.slice(1)}`
}

const KNOWN_LEVEL = /"level":"(milestone|step|detail|debug)"/

/** A commit read back from the log, ready for readers. */
export function storedEvent(seq: number, json: string): LogEvent {
  const type = /"type":"([^"]+)"/.exec(json)?.[1] ?? ''
  const level = type === 'trace.span' ? (KNOWN_LEVEL.exec(json)?.[1] as Level | undefined) : undefined
  const mayHold = type === 'message.committed' || type === 'step.finished'
  const reasoning = mayHold && json.includes('"type":"reasoning"')
  return { seq, sub: 0, type, level, fields: json.slice(1), ...(reasoning ? { reasoning } : {}) }
}
