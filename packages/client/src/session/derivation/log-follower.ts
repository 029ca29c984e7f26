import { isAfter, ORIGIN, type Place, parsePlace, placeOf, printPlace, type SessionEvent } from '@longwire/protocol'
import type { EventPage } from '../../doors.ts'
import { backOff } from '../../link/back-off.ts'
import { LongwireError } from '../../longwire-error.ts'
import type { Outside } from '../../outside.ts'
import type { ReadEvent } from '../event-queue.ts'

/** A session as one sees it who reads its events from a place of their own. */
export interface FollowedSession {
  readonly place: string
  readonly error: LongwireError | undefined
  watch(watcher: (event: ReadEvent | undefined) => void): () => void
}

export interface FollowListener {
  /** Each event after the place, once, in order. Drafts may come merged. */
  told(event: SessionEvent): void
  /** The history that was told does not hold: what follows begins at the origin. */
  reset(): void
  /** All is told that the session has. */
  caughtUp(): void
  failed(error: LongwireError): void
}

/** Events that may wait while pages are fetched. Over it they are let go, and fetched too. */
const MOST_WAITING = 4_096

/**
 * Tells what came after a place, whatever view the session's handle began with: what the handle does not tell is fetched
 * from the log, and what it tells meanwhile waits.
 */
export class LogFollower {
  #place: Place
  /** Counts the fetchings: what an older one brings is let go. */
  #round = 0
  #isLive = false
  #waiting: SessionEvent[] = []
  #tries = 0
  #stopTimer = () => {}
  readonly #stopWatching: () => void
  readonly #session: FollowedSession
  readonly #fetch: (after: string) => Promise<EventPage>
  readonly #outside: Outside
  readonly #listener: FollowListener

  constructor(
    session: FollowedSession,
    after: Place,
    fetch: (after: string) => Promise<EventPage>,
    outside: Outside,
    listener: FollowListener,
  ) {
    this.#session = session
    this.#place = after
    this.#fetch = fetch
    this.#outside = outside
    this.#listener = listener
    this.#stopWatching = session.watch((event) => this.#heard(event))
  }

  start(): void {
    if (printPlace(this.#place) === this.#session.place) this.#goLive()
    else void this.#fill()
  }

  stop(): void {
    this.#round += 1
    this.#stopTimer()
    this.#stopWatching()
  }

  #heard(event: ReadEvent | undefined): void {
    if (this.#session.error) this.#fail(this.#session.error)
    else if (event?.type === 'snapshot') {
      if (event.why === 'reset') this.#reset()
      void this.#fill()
    } else if (event && this.#isLive) this.#tell(event)
    else if (event && this.#waiting.length < MOST_WAITING) this.#waiting.push(event)
    else if (event) void this.#fill()
  }

  async #fill(): Promise<void> {
    this.#round += 1
    this.#isLive = false
    this.#waiting = []
    this.#stopTimer()
    const round = this.#round
    try {
      while (await this.#fillPage(round));
    } catch (error) {
      if (round === this.#round) this.#retry(error as LongwireError)
    }
  }

  /** Whether there is more to fetch. */
  async #fillPage(round: number): Promise<boolean> {
    // All that comes after this waits here.
    const until = parsePlace(this.#session.place)!
    const { events, place, recovered } = await this.#fetch(printPlace(this.#place))
    if (round !== this.#round) return false
    this.#tries = 0
    if (recovered === 'reset') {
      this.#reset()
      return true
    }
    for (const event of events) this.#tell(event)
    const at = parsePlace(place)!
    if (isAfter(at, this.#place)) this.#place = at
    if (events.length > 0 && isAfter(until, this.#place)) return true
    this.#goLive()
    return false
  }

  #goLive(): void {
    this.#isLive = true
    for (const event of this.#waiting) this.#tell(event)
    this.#waiting = []
    this.#listener.caughtUp()
  }

  #tell(event: SessionEvent): void {
    const place = placeOf(event)
    if (!isAfter(place, this.#place)) return
    this.#place = place
    this.#listener.told(event)
  }

  #reset(): void {
    this.#place = ORIGIN
    this.#listener.reset()
  }

  #retry(error: LongwireError): void {
    if (error instanceof LongwireError && error.retry === 'never') this.#fail(error)
    else {
      this.#tries += 1
      const wait = backOff(this.#tries, this.#outside.chance())
      this.#stopTimer = this.#outside.clock.after(wait, () => void this.#fill())
    }
  }

  #fail(error: LongwireError): void {
    this.stop()
    this.#listener.failed(error)
  }
}
