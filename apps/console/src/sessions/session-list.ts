import type { Client, SessionInfo } from '@longwire/client'

export interface SessionListState {
  readonly sessions: readonly SessionInfo[]
  readonly isLoaded: boolean
  readonly hasMore: boolean
  readonly error?: string | undefined
}

const BUSY_MS = 3_000
const CALM_MS = 15_000

/** The lists that somebody looks at: the one of the page, and the one of a search. */
const shown = new Set<SessionList>()

/** One's own sessions, newest first: asked for again and again, oftener while one of them is at work. */
export class SessionList {
  #state: SessionListState = { sessions: [], isLoaded: false, hasMore: false }
  #cursor: string | undefined
  #timer: ReturnType<typeof setTimeout> | undefined
  #isAsking = false
  readonly #client: Client
  readonly #query: { readonly q?: string }
  readonly #subscribers = new Set<() => void>()

  /** With `q` only those that have it in their title or in what was asked first. */
  constructor(client: Client, q?: string) {
    this.#client = client
    this.#query = q === undefined ? {} : { q }
  }

  subscribe = (changed: () => void): (() => void) => {
    this.#subscribers.add(changed)
    if (this.#subscribers.size === 1) {
      shown.add(this)
      document.addEventListener('visibilitychange', this.refresh)
      this.refresh()
    }
    return () => {
      this.#subscribers.delete(changed)
      if (this.#subscribers.size > 0) return
      shown.delete(this)
      clearTimeout(this.#timer)
      document.removeEventListener('visibilitychange', this.refresh)
    }
  }

  get state(): SessionListState {
    return this.#state
  }

  refresh = (): void => {
    clearTimeout(this.#timer)
    void this.#ask()
  }

  /** The next page, behind those that are there. */
  async more(): Promise<void> {
    if (this.#cursor === undefined || this.#isAsking) return
    this.#isAsking = true
    try {
      const { sessions, cursor } = await this.#client.sessions({ ...this.#query, cursor: this.#cursor })
      const known = new Set(this.#state.sessions.map(({ session }) => session))
      this.#cursor = cursor
      this.#set({
        sessions: [...this.#state.sessions, ...sessions.filter(({ session }) => !known.has(session))],
        hasMore: cursor !== undefined,
      })
    } catch {
      // The next round says what is wrong, if it still is.
    } finally {
      this.#isAsking = false
    }
  }

  /** This one is gone: no list that is shown has it any more. */
  drop(id: string): void {
    for (const list of shown) list.#set({ sessions: list.#state.sessions.filter(({ session }) => session !== id) })
  }

  /** Something is another than it was: every list that is shown asks again. */
  changed(): void {
    for (const list of shown) list.refresh()
  }

  async #ask(): Promise<void> {
    try {
      const { sessions, cursor } = await this.#client.sessions(this.#query)
      const first = new Set(sessions.map(({ session }) => session))
      const oldest = sessions.at(-1)?.createdAt ?? 0
      const below = this.#state.sessions.filter(({ session, createdAt }) => !first.has(session) && createdAt < oldest)
      if (below.length === 0) this.#cursor = cursor
      this.#set({
        sessions: [...sessions, ...below],
        isLoaded: true,
        hasMore: this.#cursor !== undefined,
        error: undefined,
      })
    } catch (error) {
      this.#set({ isLoaded: true, error: (error as Error).message })
    }
    const isBusy = this.#state.sessions.some(({ status }) => status === 'running')
    clearTimeout(this.#timer)
    if (this.#subscribers.size > 0) this.#timer = setTimeout(this.refresh, isBusy ? BUSY_MS : CALM_MS)
  }

  #set(change: Partial<SessionListState>): void {
    this.#state = { ...this.#state, ...change }
    for (const subscriber of this.#subscribers) subscriber()
  }
}
