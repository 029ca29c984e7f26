import type { Client, Session } from '@longwire/client'
import type { Level } from '@longwire/protocol'
import { LiveSession } from './live-session.ts'

/** How closely an agent's work is followed: enough for the tree of a turn. */
const TRACE: Level = 'detail'
/** A session that nothing shows any more is followed for so long, in case somebody comes back to it. */
const KEPT_MS = 60_000

interface Kept {
  readonly live: LiveSession
  users: number
  stopTimer: () => void
}

/** The sessions that this page follows, each once, however many parts of the page show it. */
export class LiveSessions {
  readonly #client: Client
  readonly #kept = new Map<string, Kept>()

  constructor(client: Client) {
    this.#client = client
  }

  get(id: string): LiveSession {
    return this.#keep(id).live
  }

  /** Follows the session until the function that is returned is called, and a while longer. */
  use(id: string): () => void {
    const kept = this.#keep(id)
    kept.users += 1
    kept.stopTimer()
    return () => {
      kept.users -= 1
      if (kept.users === 0) this.#letGoLater(id, kept)
    }
  }

  /** A session that was opened just now, and is attached to already. */
  adopt(session: Session): void {
    if (!this.#kept.has(session.id)) this.#add(session.id, session)
  }

  /** The session is gone: nothing is kept of it. */
  forget(id: string): void {
    const kept = this.#kept.get(id)
    kept?.stopTimer()
    kept?.live.end()
    this.#kept.delete(id)
  }

  #keep(id: string): Kept {
    return this.#kept.get(id) ?? this.#add(id, this.#client.session(id, { trace: TRACE }))
  }

  #add(id: string, session: Session): Kept {
    const kept: Kept = { live: new LiveSession(this.#client, session), users: 0, stopTimer: () => {} }
    this.#kept.set(id, kept)
    this.#letGoLater(id, kept)
    return kept
  }

  #letGoLater(id: string, kept: Kept): void {
    kept.stopTimer()
    const timer = setTimeout(() => {
      if (kept.users === 0 && this.#kept.get(id) === kept) this.forget(id)
    }, KEPT_MS)
    kept.stopTimer = () => clearTimeout(timer)
  }
}
