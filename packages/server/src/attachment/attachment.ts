import { comparePlaces, type Filter, isAfter, type Place, parsePlace, type Recovered } from '@longwire/protocol'
import type { Seat } from '../presence/presence.ts'
import type { Refusal } from '../refusal.ts'
import type { LogEvent } from '../session/log-event.ts'
import type { Reader, ReadSession } from '../session/read-session.ts'
import { type AttachmentInput, type AttachmentState, step } from './attachment-state.ts'
import type { Outlet } from './outlet.ts'
import { readableFields } from './readable.ts'

export interface AttachmentOptions {
  readonly filter: Filter
  readonly stubBytes: number
  /** Something went wrong that the reader cannot mend: the attachment has ended. */
  readonly onFault: (error: unknown) => void
  /** How it counts among those who read the session; left out where it comes and goes. */
  readonly seat?: Seat | undefined
  /** Since when it reads: milliseconds since 1970. One that soon ends by itself needs none. */
  readonly since?: number | undefined
}

/**
 * One peer reading one session, from a place, through a filter. While it is live the session tells it everything; when
 * its peer does not take what it is given, it lets go and reads from its place later: commits from the log, then what
 * is being said, merged. So it costs a bounded amount of memory, and misses nothing.
 */
export class Attachment implements Reader {
  #session: ReadSession
  readonly #outlet: Outlet
  readonly #options: AttachmentOptions
  #state: AttachmentState
  #leave = () => {}

  constructor(session: ReadSession, outlet: Outlet, options: AttachmentOptions, at: Place) {
    this.#session = session
    this.#outlet = outlet
    this.#options = options
    this.#state = { kind: 'catching-up', at }
  }

  /** The session where it is read now. */
  get session(): ReadSession {
    return this.#session
  }

  get state(): AttachmentState {
    return this.#state
  }

  get since(): number {
    return this.#options.since ?? Number.POSITIVE_INFINITY
  }

  /** The place up to which this reader has been given, or spared, everything. */
  get at(): Place {
    return this.#state.at
  }

  /** Begins to read: from its place, or where a view is to come first, from there. */
  async start(recovered: Recovered): Promise<void> {
    // It may have been moved since it was found.
    this.#session = this.#session.current()
    this.session.readers.add(this)
    this.#sit()
    if (recovered !== 'replay') await this.#snapshot()
    await this.#catchUp()
  }

  /** The session says something, and this reader is live. */
  tell(event: LogEvent): void {
    if (!this.#give(event)) this.#fallBehind()
  }

  missed(): void {
    if (!this.#is('live')) return
    this.#move({ type: 'missed' })
    this.session.live.delete(this)
    this.#catchUp().catch((error) => this.#fault(error))
  }

  /** From here on it reads there: what it has not, from its place, as if it had lagged. */
  moved(to: ReadSession): void {
    if (this.#state.kind === 'ended') return
    this.session.live.delete(this)
    this.session.readers.delete(this)
    this.#leave()
    this.#session = to
    to.readers.add(this)
    this.#sit()
    this.missed()
  }

  /** The session is gone. */
  end(why: Refusal): void {
    if (this.#state.kind === 'ended') return
    this.detach()
    this.#outlet.ended(why)
  }

  detach(): void {
    this.#move({ type: 'end' })
    this.session.live.delete(this)
    this.session.readers.delete(this)
    this.#leave()
  }

  /** Is present from now on. A peer that takes nothing is told of the others when it does. */
  #sit(): void {
    const { seat } = this.#options
    if (!seat) return
    const { tell } = seat
    const tellInTime: Seat['tell'] = tell && ((present) => !this.#is('waiting') && tell(present))
    this.#leave = this.session.presence.enter({ ...seat, tell: tellInTime })
  }

  async #snapshot(): Promise<void> {
    const { session } = this
    const view = await session.views.current(this.#options.filter)
    if (session !== this.session) return this.#snapshot()
    // Where the view stands, not the session: it may have gone on before the view was handed over.
    const place = parsePlace(view.at)!
    this.#move({ type: 'sent', place })
    if (this.#state.kind !== 'ended' && !this.#outlet.snapshot(place, JSON.stringify(view))) this.#fallBehind()
  }

  /**
   * Gives what came after the place, in the order of places: what an open draft said before a later commit goes before
   * that commit. So the peer stands at a true place wherever the line is cut.
   */
  async #catchUp(): Promise<void> {
    while (this.#state.kind === 'catching-up') {
      const { session } = this
      const commits = session.recent(this.at.seq) ?? (await session.read(this.at.seq))
      if (session !== this.session) continue
      for (const commit of commits) {
        if (!this.#giveDrafts() || !this.#give(commit)) return this.#fallBehind()
      }
      if (commits.length === 0 && this.at.seq < session.head) throw new Error(`the log of ${session.id} ends early`)
      if (this.at.seq < session.head) continue
      if (!this.#giveDrafts()) return this.#fallBehind()
      this.#move({ type: 'reached-head' })
      if (this.#is('live')) session.live.add(this)
    }
  }

  /** What the drafts that are still open said after this place and before the next commit. */
  #giveDrafts(): boolean {
    if (!this.session.hasDrafts) return true
    return this.session.drafts.after(this.at.seq, this.at.sub).every((event) => this.#give(event))
  }

  /** Puts the event on the wire if this reader gets it. False when the peer's buffer is full or the reader has gone. */
  #give(event: LogEvent): boolean {
    if (this.#state.kind === 'ended') return false
    const place = { seq: event.seq, sub: event.sub }
    if (!isAfter(place, this.at)) return true
    this.#move({ type: 'sent', place })
    const { filter, stubBytes } = this.#options
    const fields = readableFields(event, filter, this.session.id, stubBytes)
    return fields === undefined || this.#outlet.event(fields, place)
  }

  #fallBehind(): void {
    if (this.#state.kind === 'ended') return
    this.#move({ type: 'buffer-full' })
    this.session.live.delete(this)
    this.#outlet
      .drained()
      .then(() => {
        this.#move({ type: 'drained' })
        return this.#catchUp()
      })
      .catch((error) => this.#fault(error))
  }

  #fault(error: unknown): void {
    if (this.#state.kind === 'ended') return
    this.detach()
    this.#options.onFault(error)
  }

  #is(kind: AttachmentState['kind']): boolean {
    return this.#state.kind === kind
  }

  #move(input: AttachmentInput): void {
    this.#state = step(this.#state, input)
  }
}

export interface Wanted {
  readonly after?: Place | undefined
  readonly log?: string | undefined
}

/** How a reader with this place comes back: what follows it, or a view first because the place is too old or not of this log. */
export function recoveryFor(session: ReadSession, { after, log }: Wanted, replayCommits: number): Recovered {
  if (after === undefined) return log === undefined || log === session.log ? 'snapshot' : 'reset'
  if (log !== undefined && log !== session.log) return 'reset'
  const isBeyond = comparePlaces(after, session.place) > 0
  if (isBeyond && !(session.mayLag && after.seq <= session.head)) return 'reset'
  return session.head - after.seq > replayCommits ? 'snapshot' : 'replay'
}
