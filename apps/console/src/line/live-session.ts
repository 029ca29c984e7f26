import type { Client, LongwireError, ReadEvent, Session } from '@longwire/client'
import type { SessionView } from '@longwire/view'
import { beforeNextPicture } from './frames.ts'
import { type Withdrawn, withdrawnBetween } from './withdrawn.ts'

/** A draft that was taken back is shown for so long. */
const WITHDRAWN_SHOWN_MS = 1_800
/** When nothing came for so long after the line is back, what was missed is there. */
const CAUGHT_UP_AFTER_MS = 500

export interface LiveState {
  readonly view: SessionView
  /** The server has told what the session is. */
  readonly isLoaded: boolean
  /** When something of this session was last heard, by the clock of this page. */
  readonly heardAt: number
  readonly withdrawn: readonly Withdrawn[]
  /** What was missed while the line was away, once it is there. */
  readonly caughtUp?: { readonly commits: number; readonly awayMs: number; readonly at: number } | undefined
  readonly error?: LongwireError | undefined
}

/**
 * One session as this page shows it: the view, at most once for each picture however fast it moves, and what the view
 * itself does not keep, because it is over: drafts that were taken back, and gaps of the line that were filled.
 */
export class LiveSession {
  readonly session: Session
  #state: LiveState
  #before: SessionView
  #isDirty = false
  #away: { readonly seq: number; readonly since: number } | undefined
  #stopTimer = () => {}
  readonly #subscribers = new Set<() => void>()
  readonly #listeners = new Set<(event: ReadEvent) => void>()
  readonly #client: Client
  readonly #stopListening: () => void

  constructor(client: Client, session: Session) {
    this.#client = client
    this.session = session
    this.#before = session.view
    this.#state = { view: session.view, isLoaded: false, heardAt: Date.now(), withdrawn: [] }
    this.#stopListening = client.subscribe(() => this.#lineMoved())
    session.subscribe(() => this.#changed())
    session.ready.then(
      () => this.#set({ isLoaded: true, view: session.view }),
      (error) => this.#set({ error }),
    )
    void this.#read()
  }

  subscribe = (changed: () => void): (() => void) => {
    this.#subscribers.add(changed)
    return () => this.#subscribers.delete(changed)
  }

  get state(): LiveState {
    return this.#state
  }

  /** Each event from now on, as it is read. Returns the way to stop it. */
  listen(listener: (event: ReadEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  end(): void {
    this.#stopListening()
    this.#stopTimer()
    this.session.detach()
  }

  async #read(): Promise<void> {
    try {
      for await (const event of this.session.events()) {
        for (const listener of this.#listeners) listener(event)
      }
    } catch {
      // The state of the session says why.
    }
  }

  /** Right after the fold: what a rollback withdrew is in the view before it, and nowhere else. */
  #changed(): void {
    const { view, error } = this.session
    const before = this.#before
    this.#before = view
    for (const gone of withdrawnBetween(before, view)) this.#show(gone)
    if (error !== this.#state.error) this.#set({ error })
    if (this.#isDirty) return
    this.#isDirty = true
    beforeNextPicture(() => {
      this.#isDirty = false
      this.#set({ view: this.session.view, heardAt: Date.now() })
      if (this.#away && this.#client.state.kind === 'online') this.#awaitQuiet()
    })
  }

  #show(gone: Withdrawn): void {
    this.#set({ withdrawn: [...this.#state.withdrawn, gone] })
    setTimeout(
      () => this.#set({ withdrawn: this.#state.withdrawn.filter((each) => each !== gone) }),
      WITHDRAWN_SHOWN_MS,
    )
  }

  #lineMoved(): void {
    const { kind } = this.#client.state
    if (kind === 'online' && this.#away) this.#awaitQuiet()
    else if (kind !== 'online' && this.#state.isLoaded) this.#away ??= { seq: this.#seq, since: Date.now() }
  }

  #awaitQuiet(): void {
    this.#stopTimer()
    const timer = setTimeout(() => this.#backAgain(), CAUGHT_UP_AFTER_MS)
    this.#stopTimer = () => clearTimeout(timer)
  }

  #backAgain(): void {
    if (!this.#away || this.#client.state.kind !== 'online') return
    const { seq, since } = this.#away
    this.#away = undefined
    this.#set({ caughtUp: { commits: this.#seq - seq, awayMs: Date.now() - since, at: Date.now() } })
  }

  get #seq(): number {
    return Number(this.session.view.at.split('.')[0])
  }

  #set(change: Partial<LiveState>): void {
    this.#state = { ...this.#state, ...change }
    for (const subscriber of this.#subscribers) subscriber()
  }
}
