import { CUT, type DialWire, type Wire, type WireListener, type WireTarget } from '../wire/wire.ts'
import type { ToLeader, ToTab } from './messages.ts'

/** What a tab says is heard within this; else it was lost, or the tab with the connection is frozen. */
const HEARD_MS = 3_000
/** A tab that was busy or frozen itself hears what came meanwhile before it gives anybody up. */
const GRACE_MS = 200

/** What a seat needs of the tab it is in. */
export interface SeatTable {
  /** For so long it waits for an answer, before it has a connection of its own. */
  readonly answerMs: number
  /** Says it to the tab that has the connection. */
  say(message: ToLeader): void
  left(seat: Seat): void
}

/*   coming ── the tab is known to be there ──► asking ── answered ──► sharing
 *      └──────────── no answer ──────────────────┴──► alone
 *                              any ── closed, or something was lost ──► over     */
type State =
  | { readonly kind: 'coming' | 'asking' | 'sharing' | 'over' }
  | { readonly kind: 'alone'; readonly wire: Wire }

/** One wire of a tab: it goes over the connection that the tabs share, or over its own where nobody shares one. */
export class Seat implements Wire {
  readonly id: string = crypto.randomUUID()
  readonly target: WireTarget
  #state: State = { kind: 'coming' }
  #said = 0
  /** How much of what it said was heard, and how much it has heard. */
  #saidHeard = 0
  #heard = 0
  #timer: ReturnType<typeof setTimeout> | undefined
  readonly #listener: WireListener
  readonly #table: SeatTable

  constructor(target: WireTarget, listener: WireListener, dial: DialWire, table: SeatTable) {
    this.target = target
    this.#listener = listener
    this.#table = table
    this.#after(table.answerMs, () => {
      this.#state = { kind: 'alone', wire: dial(target, listener) }
    })
  }

  /** Whoever has the connection can see that this tab is there: it may be asked. */
  arrived(): void {
    if (this.#state.kind !== 'coming') return
    this.#state = { kind: 'asking' }
    this.#say({ dial: true })
  }

  /** Another tab has the connection now. Whoever was with the one before is dialled again by its client. */
  led(): void {
    if (this.#state.kind === 'asking') this.#say({ dial: true })
    else if (this.#state.kind === 'sharing') this.#end(CUT)
  }

  told({ said, heard, opened, frame, closed }: ToTab): void {
    if (this.#state.kind !== 'asking' && this.#state.kind !== 'sharing') return
    if (closed !== undefined || said !== this.#heard + 1) {
      this.#end(closed ?? CUT)
      return
    }
    this.#heard = said
    this.#state = { kind: 'sharing' }
    this.#wasHeard(heard)
    if (opened) this.#listener.opened()
    if (frame !== undefined) this.#listener.heard(frame)
  }

  send(frame: string): void {
    if (this.#state.kind === 'alone') this.#state.wire.send(frame)
    else if (this.#state.kind === 'sharing') this.#say({ frame })
  }

  close(): void {
    if (this.#state.kind === 'over') return
    if (this.#state.kind === 'alone') this.#state.wire.close()
    else this.#say({ close: true })
    this.#leave()
  }

  #say(what: Pick<ToLeader, 'dial' | 'frame' | 'close'>): void {
    const isFirstUnheard = this.#saidHeard === this.#said
    this.#said += 1
    this.#table.say({ from: this.id, said: this.#said, ...what })
    if (isFirstUnheard && this.#state.kind === 'sharing') this.#awaitHearing()
  }

  #wasHeard(number: number): void {
    if (number === this.#saidHeard) return
    this.#saidHeard = number
    this.#awaitHearing()
  }

  #awaitHearing(): void {
    clearTimeout(this.#timer)
    if (this.#saidHeard < this.#said) this.#after(HEARD_MS, () => this.#end(CUT))
  }

  #after(ms: number, then: () => void): void {
    this.#timer = setTimeout(() => {
      this.#timer = setTimeout(then, GRACE_MS)
    }, ms)
  }

  #end(code: number): void {
    this.#leave()
    this.#listener.closed(code)
  }

  #leave(): void {
    clearTimeout(this.#timer)
    this.#state = { kind: 'over' }
    this.#table.left(this)
  }
}
