import type { Failure, Level, SpanKind, Usage } from '@longwire/protocol'
import type { UIMessage } from 'ai'

/** What is known of the turn that an assistant's message tells. */
export interface LongwireMetadata {
  readonly turn?: string
  readonly status?: 'running' | 'waiting' | 'completed' | 'failed' | 'cancelled'
  readonly startedAt?: number
  readonly endedAt?: number
  readonly usage?: Usage
  /** With status `failed`. */
  readonly error?: Failure
  /** A person stopped it: what was said until then stands. */
  readonly partial?: boolean
}

/** One span of the agent's work, as `data-trace`: told again under the same id when it moves. */
export interface TraceData {
  readonly label: string
  readonly level: Level
  readonly kind: SpanKind
  readonly parent?: string
  readonly fraction?: number
  readonly detail?: unknown
  readonly outcome?: 'ok' | 'error' | 'cancelled'
  readonly tookMs?: number
  /** Its step was rolled back: it counts for nothing. */
  readonly withdrawn?: true
}

/** A message as this transport tells it. */
export type LongwireMessage = UIMessage<LongwireMetadata, { trace: TraceData }>
