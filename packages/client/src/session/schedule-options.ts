import type { Json } from '@longwire/protocol'

/** What a turn that begins by itself is about. */
export interface ScheduleOptions {
  /** What the agent is told then. */
  readonly text?: string
  /** For the agent, not for the reader. */
  readonly context?: Json
  /** What a person reads of it; the beginning of `text` unless given. */
  readonly label?: string
}
