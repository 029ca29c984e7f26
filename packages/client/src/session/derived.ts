import { Subscribers } from '../subscribers.ts'

/** State of an application that is computed from a session's events. */
export class Derived<S> {
  /** Of all commits, and of what is a draft now. Another object only where the reducer made one. */
  value: S
  /** Of the commits alone: what would be left if all drafts were withdrawn. */
  committed: S
  /** Why it is not kept up any more: the session was lost, or the reducer threw. */
  error: unknown
  /** Resolves when all that the session has is in it. */
  readonly ready: Promise<this>
  /** Keeps it up no longer. */
  readonly stop: () => void
  readonly #subscribers = new Subscribers()

  /** @internal `begin` keeps it up until it is stopped, and says when it has caught up or failed. */
  constructor(initial: S, begin: (derived: Derived<S>, caughtUp: () => void, failed: Failed) => () => void) {
    this.value = this.committed = initial
    let stop = () => {}
    this.ready = new Promise((resolve, reject) => {
      stop = begin(this, () => resolve(this), reject)
    })
    this.stop = stop
    this.ready.catch(() => {}) // who does not wait for it reads the error
  }

  /** Calls `changed` after every change. Returns the way to stop it. */
  readonly subscribe = this.#subscribers.add

  /** @internal */
  tell(): void {
    this.#subscribers.tell()
  }
}

type Failed = (error: unknown) => void
