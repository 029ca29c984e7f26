import type { Auth, Credentials } from '../auth/credentials.ts'
import type { Outside } from '../outside.ts'
import type { WireName } from '../wire/wire.ts'
import type { Dialling, Incoming } from './dialling.ts'
import type { WireChoice } from './wire-choice.ts'

/** A better wire is tried again after this, then after twice as long, and so on up to the longest. */
const BETTER_AFTER_MS = 15_000
const BETTER_LONGEST_MS = 600_000
/** An identity is renewed when so little of its time is left, or a fifth of it where that is less. */
const BEFORE_MS = 60_000
const FIFTH = 0.2

export interface SuccessionOptions {
  /** When the identity of the line ends, where anybody knows. */
  readonly expiresAt: number | undefined
  readonly auth: Auth | undefined
  readonly choice: WireChoice
  readonly outside: Outside
}

/** Dials a line that takes over once it is welcome. Until then all goes on as it was. */
type DialNext = (wire: WireName, failed: () => void) => Dialling

/**
 * What a line needs that cannot stay as it is. One on a wire that is not the best looks for the best from time to time; one
 * whose identity runs out says a fresh one, or where no frame can say it, is replaced by a line that was dialled with it.
 */
export class Succession {
  readonly #line: Dialling
  readonly #options: SuccessionOptions
  readonly #dialNext: DialNext
  #next: Dialling | undefined
  #asked: string | undefined
  #fresh: Credentials | undefined
  #isOver = false
  #stopBetter = () => {}
  #stopRenewing = () => {}

  constructor(line: Dialling, options: SuccessionOptions, dialNext: DialNext) {
    this.#line = line
    this.#options = options
    this.#dialNext = dialNext
    if (line.name !== options.choice.best) this.#lookForBetter(BETTER_AFTER_MS)
    this.#renewBefore(options.expiresAt)
  }

  /** Whether the frame answers a renewal. */
  heard(frame: Incoming): boolean {
    if (frame.id === undefined || frame.id !== this.#asked) return false
    this.#asked = undefined
    // Where it is refused, the server ends the line when its time is over, and the next try fetches again.
    if (frame.type === 'ok') this.#renewBefore(frame.expiresAt ?? this.#fresh?.expiresAt)
    return true
  }

  stop(): void {
    this.#isOver = true
    this.#stopBetter()
    this.#stopRenewing()
    // One that has taken over is stopped by itself.
    if (this.#next?.isWelcome === false) this.#next.close()
  }

  #lookForBetter(afterMs: number): void {
    const { outside, choice } = this.#options
    this.#stopBetter = outside.clock.after(afterMs, () => {
      this.#dial(choice.best, () => this.#lookForBetter(Math.min(2 * afterMs, BETTER_LONGEST_MS)))
    })
  }

  #dial(wire: WireName, failed: () => void): void {
    if (this.#next?.isWelcome === false) this.#next.close()
    this.#next = this.#dialNext(wire, () => this.#isOver || failed())
  }

  #renewBefore(expiresAt: number | undefined): void {
    const { auth, outside } = this.#options
    if (expiresAt === undefined || !auth) return
    const left = expiresAt - outside.clock.now()
    this.#stopRenewing = outside.clock.after(Math.max(0, left - Math.min(BEFORE_MS, left * FIFTH)), () => {
      Promise.resolve()
        .then(auth)
        .then(
          (fresh) => this.#isOver || this.#renew(fresh),
          () => {},
        )
    })
  }

  #renew(fresh: Credentials): void {
    const ticket = fresh.ticket ?? fresh.token
    if (ticket === undefined) this.#dial(this.#line.name, () => {})
    else {
      this.#fresh = this.#line.credentials = fresh
      this.#asked = this.#options.outside.randomId()
      this.#line.send({ type: 'renew', id: this.#asked, ticket })
    }
  }
}
