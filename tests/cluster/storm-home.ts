import type { Commit } from '@longwire/protocol'
import type { Note } from '../durable/journey.ts'

/** A cluster under storm. */
export interface StormHome {
  /** Where nodes listen that a client may try now, dead or alive. */
  readonly urls: readonly string[]
  /** What can happen to it. Each resolves when it has happened; what it breaks it mends itself, at the latest in `calm`. */
  readonly faults: Readonly<Record<string, () => Promise<void>>>
  /** Mends everything. */
  calm(): Promise<void>
  /** The log as the store has it. */
  log(session: string): Promise<readonly Commit[]>
  /** What the agents really did. */
  notes(): readonly Note[]
  close(): Promise<void>
}

/** How fast things happen. */
export interface Pace {
  /** Between two faults, in milliseconds. */
  readonly faultEveryMs: readonly [least: number, most: number]
  readonly faults: number
  /** A reader that hears nothing for so long tries another node. */
  readonly patienceMs: number
  readonly sessions: number
  readonly inputs: number
  /** How long everything may take to come to rest when the storm is over. */
  readonly restMs: number
}
