import type { Session } from '@longwire/client'

/** What a card of a turn can do: a session that is live, or what stands for it where nobody attaches to one. */
export interface Talks {
  /** When something was heard last. */
  readonly heardAt?: number
  readonly session: Pick<Session, 'id' | 'view' | 'answer' | 'send'>
}
