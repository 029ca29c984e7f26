import type { Client, Session } from '@longwire/client'

/** What `pages/plain.ts` lets tests have of it. */
export interface PlainPage {
  readonly client: Client
  readonly session: Session
}
