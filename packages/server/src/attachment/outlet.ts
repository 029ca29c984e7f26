import type { Place } from '@longwire/protocol'
import type { Refusal } from '../refusal.ts'

/** Where an attachment puts what its reader gets: one channel of a wire. */
export interface Outlet {
  /** Puts an event, given as JSON without its opening brace. False when the peer's buffer is over its bound: stop. */
  event(fields: string, place: Place): boolean
  /** Puts a view, given as JSON. */
  snapshot(at: Place, view: string): boolean
  /** Resolves when there is room again, or when the wire is gone. */
  drained(): Promise<void>
  /** The attachment ended because its session did. */
  ended(why: Refusal): void
}
