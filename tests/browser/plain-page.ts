import type { Client, Session } from '@longwire/client'

/** What `pages/plain.ts` lets tests have of it. */
export interface PlainPage {
  readonly client: Client
  readonly session: Session
  /** The places of all events that were read, and of the views that came in their place, in order. */
  readonly read: readonly { readonly type: string; readonly at: string }[]
  /** Every state that the line was in, in order. */
  readonly states: readonly Client['state'][]
  /** Asks, and gives the pieces of the answer as they came. */
  ask(text: string): Promise<readonly string[]>
  /** Keeps the place and the view for the page that is loaded next in this tab. */
  keep(): void
  /** Whether the storage has what could not be sent: one that takes its time may have it later than the outbox. */
  hasKeptSends(): Promise<boolean>
  /** The tab goes into the background, or comes back from there. */
  turn(state: 'hidden' | 'visible'): void
}
