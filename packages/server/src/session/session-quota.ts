import type { SessionStore } from '@longwire/store'
import type { Clock } from '../clock.ts'
import { overLimit } from '../limits/over-limit.ts'

/** How many sessions of a principal are open, at most: closed and erased ones are noticed when it is counted again. */
interface Count {
  open: number
  readonly at: number
}

const RECOUNT_AFTER_MS = 1_000
const PRINCIPALS = 10_000
const PAGE = 500

/** Holds each principal to so many open sessions. The store is asked once for each, and again when the bound is reached. */
export class SessionQuota {
  readonly #store: SessionStore
  readonly #clock: Clock
  readonly #most: number
  readonly #counts = new Map<string, Promise<Count>>()

  constructor(store: SessionStore, clock: Clock, most: number) {
    this.#store = store
    this.#clock = clock
    this.#most = most
  }

  /** Takes room for one session more, or refuses. What is answered gives the room back, where none was made. */
  async take(principal: string): Promise<() => void> {
    let count = await this.#counted(principal)
    if (count.open >= this.#most && this.#clock.now() - count.at >= RECOUNT_AFTER_MS) {
      this.#counts.delete(principal)
      count = await this.#counted(principal)
    }
    if (count.open >= this.#most) {
      const retryAfterMs = RECOUNT_AFTER_MS
      throw overLimit('sessions', `${this.#most} sessions are open: close one first`, retryAfterMs)
    }
    count.open += 1
    return () => {
      count.open -= 1
    }
  }

  #counted(principal: string): Promise<Count> {
    const known = this.#counts.get(principal)
    if (known) return known
    if (this.#counts.size >= PRINCIPALS) this.#counts.clear()
    const counting = this.#count(principal)
    this.#counts.set(principal, counting)
    counting.catch(() => this.#counts.delete(principal))
    return counting
  }

  async #count(principal: string): Promise<Count> {
    const at = this.#clock.now()
    let open = 0
    for (const status of ['idle', 'running', 'waiting'] as const) {
      let cursor: string | undefined
      do {
        const page = await this.#store.list({ principal, status, cursor, limit: PAGE })
        open += page.items.length
        cursor = page.cursor
      } while (cursor !== undefined && open < this.#most)
    }
    return { open, at }
  }
}
