import type { EventOf } from '@longwire/protocol'
import type { ReadEvent } from './event-queue.ts'
import type { Session } from './session.ts'

/** An input is in the log. */
export interface Accepted {
  /** The commit that holds it. */
  readonly seq: number
  readonly input: string
  /** The turn that it started, where it did so at once. */
  readonly turn?: string
}

/** What became of an input: each that is accepted meets exactly one fate. */
export type Fate = { readonly seq: number; readonly input: string } & (
  | {
      readonly outcome: 'applied'
      readonly turn: string
      /** The step at whose beginning a steering input joined. */
      readonly step?: string
    }
  | { readonly outcome: 'returned'; readonly reason: EventOf<'input.returned'>['reason'] }
)

/**
 * An input on its way. It resolves with the input's fate, and rejects where it never got into the log: `expired`,
 * `outbox_full`, `session_closed`, … Who only wants it in the log waits for `accepted`.
 */
export interface Sent extends Promise<Fate> {
  /** Of the command: the same one again is the same input. */
  readonly id: string
  readonly accepted: Promise<Accepted>
}

export type FateEvent = EventOf<'input.applied' | 'input.returned'>

/** Fates that are remembered for inputs whose acceptance is told after them. */
const MOST_REMEMBERED = 512

/** What was told of inputs, by input. */
export type ToldFates = Map<string, FateEvent>

export function remember(told: ToldFates, event: ReadEvent): void {
  if (event.type !== 'input.applied' && event.type !== 'input.returned') return
  told.set(event.input, event)
  if (told.size > MOST_REMEMBERED) told.delete(told.keys().next().value!)
}

/** The input that this command holds, as it goes its way. */
export function sentOf(session: Session, id: string, accepted: Promise<Accepted>, told: ToldFates): Sent {
  const fate = accepted.then(async (input) => (await import('./fate.ts')).fateOf(session, input, told))
  // Who waits for one of them only hears of the error there.
  fate.catch(() => {})
  accepted.catch(() => {})
  return Object.assign(fate, { id, accepted })
}
