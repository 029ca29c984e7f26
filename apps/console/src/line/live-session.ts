import type { Client, ReadEvent, Session } from '@longwire/client'
import type { SessionView } from '@longwire/view'
import { beforeNextPicture } from './frames.ts'
import { type Withdrawn, withdrawnBetween } from './withdrawn.ts'

/** A draft that was taken back is shown for so long. */
const WITHDRAWN_SHOWN_MS = 1_800
/** So long after the line is back what was missed is there: it comes at once, before what is new. */
const CAUGHT_UP_AFTER_MS = 800

/** A gap of the line that was filled. */
interface Gap {
  /** What happened meanwhile. */
  readonly commits: number
  readonly awayMs: number
  readonly at: number
}

export interface Passing {
  readonly withdrawn: readonly Withdrawn[]
  /** The last gap, once what was missed is here. */
  readonly gap?: Gap | undefined
}

/**
 * What a view does not keep, because it is over: when something was heard last, drafts that were taken back, gaps that
 * were filled. One for each session, for as long as the page holds it.
 */
export class LiveSession {
  static readonly #all = new WeakMap<Session, LiveSession>()

  readonly session: Session
  /** When something of this session was last heard, by the clock of this page. */
  heardAt = Date.now()
  #passing: Passing = { withdrawn: [] }
  #before: SessionView
  #away: { readonly seq: number; readonly since: number } | undefined
  #isReady = false
  #isReading = false
  #stopTimer = () => {}
  readonly #subscribers = new Set<() => void>()
  readonly #listeners = new Set<(event: ReadEvent) => void>()
  readonly #client: Client

  private constructor(client: Client, session: Session) {
    this.#client = client
    this.session = session
    this.#before = session.view
    const stopListening = client.subscribe(() => this.#lineMoved())
    const stopWatching = session.subscribe(() => {
      if (session.error === undefined) return this.#moved()
      stopListening()
      stopWatching()
      this.#stopTimer()
    })
    session.ready.then(
      () => {
        this.#isReady = true
      },
      () => {}, // the session itself says so
    )
  }

  static of(client: Client, session: Session): LiveSession {
    const known = LiveSession.#all.get(session) ?? new LiveSession(client, session)
    LiveSession.#all.set(session, known)
    return known
  }

  subscribe = (changed: () => void): (() => void) => {
    this.#subscribers.add(changed)
    return () => this.#subscribers.delete(changed)
  }

  getPassing = (): Passing => this.#passing

  /** Each event from now on, as it is read. Returns the way to stop it. */
  listen(listener: (event: ReadEvent) => void): () => void {
    this.#listeners.add(listener)
    if (!this.#isReading) void this.#read()
    return () => this.#listeners.delete(listener)
  }

  async #read(): Promise<void> {
    this.#isReading = true
    try {
      for await (const event of this.session.events()) {
        if (this.#listeners.size === 0) break
        for (const listener of this.#listeners) listener(event)
      }
    } catch {
      // The session itself says why it ended.
    }
    this.#isReading = false
  }

  /** Right after the fold: what a rollback withdrew is in the view before it, and nowhere else. */
  #moved(): void {
    const { view } = this.session
    const gone = view === this.#before ? [] : withdrawnBetween(this.#before, view)
    this.#before = view
    this.heardAt = Date.now()
    if (gone.length > 0) this.#show(gone)
  }

  #show(gone: readonly Withdrawn[]): void {
    beforeNextPicture(() => {
      this.#set({ withdrawn: [...this.#passing.withdrawn, ...gone] })
      setTimeout(() => {
        this.#set({ withdrawn: this.#passing.withdrawn.filter((each) => !gone.includes(each)) })
      }, WITHDRAWN_SHOWN_MS)
    })
  }

  #lineMoved(): void {
    const { kind } = this.#client.state
    if (kind === 'online' && this.#away) this.#lookSoon()
    else if (kind !== 'online' && this.#isReady) this.#away ??= { seq: this.#seq, since: Date.now() }
  }

  #lookSoon(): void {
    this.#stopTimer()
    const timer = setTimeout(() => this.#backAgain(), CAUGHT_UP_AFTER_MS)
    this.#stopTimer = () => clearTimeout(timer)
  }

  #backAgain(): void {
    if (!this.#away || this.#client.state.kind !== 'online') return
    const { seq, since } = this.#away
    this.#away = undefined
    this.#set({ gap: { commits: this.#seq - seq, awayMs: Date.now() - since, at: Date.now() } })
  }

  get #seq(): number {
    return Number(this.session.view.at.split('.')[0])
  }

  #set(change: Partial<Passing>): void {
    this.#passing = { ...this.#passing, ...change }
    for (const subscriber of this.#subscribers) subscriber()
  }
}
