import type { Delivery, Json } from '@longwire/protocol'

export interface SendOptions {
  /** `queue` unless given: the next turn. `steer` joins the running turn, `interrupt` cancels it and starts one. */
  readonly delivery?: Delivery
  /** For the agent, not for the reader: what page the person is on, what is selected. */
  readonly context?: Json
  /** Milliseconds in which it has to leave; after them it is not sent any more, and rejects with `expired`. */
  readonly expiresIn?: number
  /** An id of your own, another for each input: sending it again with the same content is the same input. */
  readonly id?: string
}
