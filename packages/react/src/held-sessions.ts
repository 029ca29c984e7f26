import type { Client, OpenOptions, Session, SessionOptions } from '@longwire/client'
import { serverSession } from './server-session.ts'

/**
 * Which session: one that is there, by its id; one that is there, with what is known of it; or one to be opened. The same
 * words anywhere on the page mean the same session, for as long as anything shows it: `key` tells apart two that are
 * opened alike.
 */
export type SessionTarget =
  | string
  | ({ readonly session: string; readonly agent?: never } & SessionOptions)
  | (OpenOptions & { readonly key?: string })

/** How long a session is kept that nothing shows any more: a page that turns may show it again. */
const UNSHOWN_MS = 1_000
/** How long one is kept that was asked for by a rendering of which nothing came. */
const UNCLAIMED_MS = 10_000

/** A session that is kept for as long as somebody holds it. */
export interface Held {
  readonly session: Session
  /** Whether it was let go of, so that who comes now needs another one. */
  readonly isOver: boolean
  /** Keeps it until the function that is returned is called. */
  hold(): () => void
}

class HeldSession implements Held {
  readonly session: Session
  #holders = 0
  #isReleased = false
  #timer: ReturnType<typeof setTimeout> | undefined
  readonly #released: () => void

  constructor(session: Session, released: () => void) {
    this.session = session
    this.#released = released
    session.ready.then(
      () => this.#releaseAfter(UNCLAIMED_MS),
      () => this.#releaseAfter(UNSHOWN_MS), // who asks again then tries again
    )
  }

  get isOver(): boolean {
    return this.#isReleased
  }

  hold(): () => void {
    clearTimeout(this.#timer)
    this.#holders += 1
    return () => {
      this.#holders -= 1
      this.#releaseAfter(UNSHOWN_MS)
    }
  }

  #releaseAfter(ms: number): void {
    clearTimeout(this.#timer)
    if (this.#holders > 0) return
    this.#timer = setTimeout(() => {
      this.#isReleased = true
      this.#released()
      this.session.detach()
    }, ms)
  }
}

/** The sessions of one client that are shown. Rendering may ask for one as often as it likes. */
export class HeldSessions {
  static readonly #all = new WeakMap<Client, HeldSessions>()
  readonly #client: Client
  readonly #byKey = new Map<string, HeldSession>()

  private constructor(client: Client) {
    this.#client = client
  }

  static of(client: Client): HeldSessions {
    const known = HeldSessions.#all.get(client) ?? new HeldSessions(client)
    HeldSessions.#all.set(client, known)
    return known
  }

  get(target: SessionTarget): Held {
    if (isServer()) return { session: serverSession(target), isOver: false, hold: () => () => {} }
    const key = keyOf(target)
    const known = this.#byKey.get(key)
    if (known && !known.isOver) return known
    const held: HeldSession = new HeldSession(begin(this.#client, target), () => {
      if (this.#byKey.get(key) === held) this.#byKey.delete(key)
    })
    this.#byKey.set(key, held)
    return held
  }
}

// A page has a window, whatever draws it. What renders to a string must dial nobody and keep nothing between requests.
function isServer(): boolean {
  return !('window' in globalThis)
}

function begin(client: Client, target: SessionTarget): Session {
  if (typeof target === 'string') return client.session(target)
  if (target.agent !== undefined) {
    const { key: _, ...opening } = target
    return client.session(opening)
  }
  const { session, agent: _, ...options } = target
  return client.session(session, options)
}

// Not the view it begins with: that is another object each time.
function keyOf(target: SessionTarget): string {
  const { session, trace, reasoning } = typeof target === 'string' ? { session: target } : target
  const opening = typeof target === 'string' || target.agent === undefined ? [] : [target.agent, target.key]
  return JSON.stringify([session, trace, reasoning, ...opening])
}
