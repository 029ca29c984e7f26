import type { LongwireError } from '@longwire/client'

export interface ListState<T> {
  readonly items: readonly T[]
  readonly isLoading: boolean
  /** Why the last attempt failed. What was there before stays. */
  readonly error?: LongwireError
  readonly hasMore: boolean
}

export interface Page<T> {
  readonly items: readonly T[]
  readonly cursor?: string | undefined
}

/** A list that a server gives a page at a time. It is asked for when the first component shows it. */
export class FetchedList<T> {
  #state: ListState<T> = { items: [], isLoading: true, hasMore: false }
  #cursor: string | undefined
  #asked = 0
  readonly #listeners = new Set<() => void>()
  readonly #fetch: (cursor?: string) => Promise<Page<T>>

  constructor(fetch: (cursor?: string) => Promise<Page<T>>) {
    this.#fetch = fetch
  }

  getState = (): ListState<T> => this.#state

  subscribe = (listener: () => void): (() => void) => {
    const own = () => listener()
    this.#listeners.add(own)
    if (this.#listeners.size === 1) void this.refresh()
    return () => this.#listeners.delete(own)
  }

  /** Asks for the list again, from its beginning. */
  refresh = (): Promise<void> => this.#ask([])

  /** Adds the next page. */
  more = async (): Promise<void> => {
    if (this.#cursor !== undefined && !this.#state.isLoading) await this.#ask(this.#state.items, this.#cursor)
  }

  async #ask(before: readonly T[], from?: string): Promise<void> {
    this.#asked += 1
    const asked = this.#asked
    this.#become({ ...this.#state, isLoading: true })
    const answer = await this.#fetch(from).catch((error: LongwireError) => error)
    if (asked !== this.#asked) return // somebody asked again, and will hear
    const { error: _, ...state } = this.#state
    if (answer instanceof Error) return this.#become({ ...state, isLoading: false, error: answer })
    this.#cursor = answer.cursor
    const items = [...before, ...answer.items]
    this.#become({ items, isLoading: false, hasMore: answer.cursor !== undefined })
  }

  #become(state: ListState<T>): void {
    this.#state = state
    for (const listener of this.#listeners) listener()
  }
}
