import type { LongwireError, Session, Unsent } from '@longwire/client'
import type { SessionView } from '@longwire/view'
import { nextFrame } from './next-frame.ts'

/** What is to be known of a session beside what it says. Another object whenever it is another one. */
export interface SessionState {
  /** '' until a session that is being opened is there. */
  readonly id: string
  readonly status: 'joining' | 'ready' | 'lost'
  /** Why it is of no more use, once it is lost. */
  readonly error?: LongwireError
}

const NONE: readonly Unsent[] = []

// So marked, React need not wait to know.
const FULFILLED = Object.assign(Promise.resolve(), { status: 'fulfilled', value: undefined })

/**
 * One session as the page shows it: it moves once for each picture that is drawn, however many events came before, so
 * that all components show the same moment and none is rendered more often than anybody can see.
 */
export class ShownSession {
  static readonly #all = new WeakMap<Session, ShownSession>()

  readonly session: Session
  /** What a server rendered, and so what the first rendering in a browser shows. */
  readonly first: SessionView
  /** Resolves when there is something to show; rejects when the session cannot be had. */
  readonly ready: Promise<unknown>
  readonly #firstState: SessionState
  #view: SessionView
  #state: SessionState
  #outbox: readonly Unsent[]
  #isReady: boolean
  #isDue = false
  #unsubscribe: (() => void) | undefined
  readonly #listeners = new Set<() => void>()

  private constructor(session: Session) {
    this.session = session
    this.first = session.view
    this.#view = session.view
    this.#outbox = session.outbox
    this.#isReady = session.view.at !== '0' // a view that it was given is one to show
    this.#firstState = { id: session.id, status: this.#isReady ? 'ready' : 'joining' }
    this.#state = this.#firstState
    this.ready = this.#isReady ? FULFILLED : session.ready
    session.ready.then(
      () => {
        this.#isReady = true
        this.#moved()
      },
      () => {}, // the session itself tells when it ends
    )
  }

  /** The one of this session: all components see the same moment of it. */
  static of(session: Session): ShownSession {
    const known = ShownSession.#all.get(session) ?? new ShownSession(session)
    ShownSession.#all.set(session, known)
    return known
  }

  subscribe = (listener: () => void): (() => void) => {
    const own = () => listener()
    this.#unsubscribe ??= this.session.subscribe(() => this.#moved())
    this.#listeners.add(own)
    this.#look()
    return () => {
      this.#listeners.delete(own)
      if (this.#listeners.size > 0) return
      this.#unsubscribe?.()
      this.#unsubscribe = undefined
    }
  }

  getView = (): SessionView => {
    if (this.#listeners.size === 0) this.#look()
    return this.#view
  }

  getFirstView = (): SessionView => this.first

  getOutbox = (): readonly Unsent[] => {
    if (this.#listeners.size === 0) this.#look()
    return this.#outbox
  }

  getFirstOutbox = (): readonly Unsent[] => NONE

  getState = (): SessionState => {
    if (this.#listeners.size === 0) this.#look()
    return this.#state
  }

  getFirstState = (): SessionState => this.#firstState

  #moved(): void {
    if (this.#isDue) return
    this.#isDue = true
    nextFrame(() => {
      this.#isDue = false
      this.#look()
      for (const listener of this.#listeners) listener()
    })
  }

  #look(): void {
    this.#view = this.session.view
    this.#outbox = this.session.outbox
    const { id, error } = this.session
    const status = error ? 'lost' : this.#isReady ? 'ready' : 'joining'
    if (status === this.#state.status && id === this.#state.id && error === this.#state.error) return
    this.#state = { id, status, ...(error ? { error } : {}) }
  }
}
