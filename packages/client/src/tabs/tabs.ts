import type { ShareLine } from '../wire/dials.ts'
import { CUT, type DialWire, type Wire, type WireListener, type WireTarget } from '../wire/wire.ts'
import { Hub } from './hub.ts'
import type { Led, ToLeader, ToTab } from './messages.ts'

export interface TabsOptions {
  /** Tabs with the same name share: another one for each person who uses this browser. `longwire` unless given. */
  readonly name?: string
}

/** A tab that has the connection answers within this; else there is none to share, and each has its own. */
const ANSWER_MS = 1_000

/**
 * Tabs of one browser share one connection: `connect(url, { share: tabs() })`. One of them has it, by a Web Lock, and the
 * others speak through it over a BroadcastChannel; when it goes away the next one takes over, and every session goes on from
 * its place. Where a browser has neither, or the tab with the connection does not answer, a tab has a connection of its own.
 */
export function tabs({ name = 'longwire' }: TabsOptions = {}): ShareLine {
  const { locks } = (globalThis.navigator ?? {}) as { locks?: Locks }
  return (dial, wire) => {
    if (!locks || !globalThis.BroadcastChannel) return dial
    const tables = new Map<string, Table>()
    return (target, listener) => {
      const key = `longwire:tabs:${name}:${wire}:${target.base.href}`
      const table = tables.get(key) ?? new Table(key, locks, dial)
      tables.set(key, table)
      return table.sit(target, listener)
    }
  }
}

interface Locks {
  request(name: string, options: { readonly signal?: AbortSignal }, held: () => Promise<void>): Promise<void>
}

/** A BroadcastChannel, as a page and as Node has it. */
interface Channel {
  onmessage: ((event: { readonly data: ToTab | ToLeader | Led }) => void) | null
  postMessage(message: ToTab | ToLeader | Led): void
}

interface Seat {
  readonly listener: WireListener
  readonly target: WireTarget
  /** The connection of its own, where nobody shared one. */
  own: Wire | undefined
  /** The tab with the connection has heard of it. */
  isJoined: boolean
  stopWaiting(): void
  /** Lets go of the lock that says that this wire is there. */
  release(): void
}

/** The tabs that share, as one of them sees it: its own wires, and the connection where it is the one that has it. */
class Table {
  readonly #key: string
  readonly #locks: Locks
  readonly #dial: DialWire
  readonly #channel: Channel
  readonly #seats = new Map<string, Seat>()
  #hub: Hub | undefined
  /** Ends the wish to have the connection, or having it. */
  #resign: (() => void) | undefined

  constructor(key: string, locks: Locks, dial: DialWire) {
    this.#key = key
    this.#locks = locks
    this.#dial = dial
    this.#channel = new BroadcastChannel(key) as unknown as Channel
    this.#channel.onmessage = ({ data }) => this.#heard(data)
    const page = globalThis as { addEventListener?(type: string, listener: () => void): void }
    page.addEventListener?.('pagehide', () => this.#resign?.())
  }

  sit(target: WireTarget, listener: WireListener): Wire {
    const id = crypto.randomUUID()
    const timer = setTimeout(() => this.#useOwn(id), ANSWER_MS)
    const { promise, resolve: release } = Promise.withResolvers<void>()
    const stopWaiting = () => clearTimeout(timer)
    const seat: Seat = { listener, target, own: undefined, isJoined: false, stopWaiting, release }
    this.#seats.set(id, seat)
    // While this is held the tab is there: the one with the connection waits for it, so nobody is told before.
    const hold = () => {
      this.#say({ from: id, dial: true })
      return promise
    }
    this.#locks.request(`${this.#key}:${id}`, {}, hold).catch(() => {})
    this.#stand()
    return {
      send: (frame) => (seat.own ? seat.own.send(frame) : this.#say({ from: id, frame })),
      close: () => this.#rise(id),
    }
  }

  /** Says it to whoever has the connection, this tab included. */
  #say(message: ToLeader): void {
    if (this.#hub) this.#serve(message)
    else this.#channel.postMessage(message)
  }

  #heard(message: ToTab | ToLeader | Led): void {
    if ('leads' in message) this.#led()
    else if ('to' in message) this.#told(message)
    else if (this.#hub) this.#serve(message)
  }

  /** Wants the connection, and has it once nobody else does. */
  #stand(): void {
    if (this.#resign) return
    const stop = new AbortController()
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#resign = () => {
      this.#resign = undefined
      stop.abort()
      resolve()
      this.#hub?.close()
      this.#hub = undefined
    }
    this.#locks
      .request(this.#key, { signal: stop.signal }, () => {
        if (stop.signal.aborted) return Promise.resolve()
        this.#lead()
        return promise
      })
      .catch(() => {}) // it resigned while it waited
  }

  #lead(): void {
    const [seat] = this.#seats.values()
    if (!seat) {
      this.#resign?.()
      return
    }
    this.#hub = new Hub(this.#dial, seat.target)
    this.#channel.postMessage({ leads: this.#key } satisfies Led)
    this.#led()
  }

  /**
   * Another tab has the connection now, or this one: what went over the one before is cut, and dialled again by its client;
   * what nobody has answered is asked again.
   */
  #led(): void {
    for (const [id, seat] of [...this.#seats]) {
      if (seat.isJoined) this.#end(id, seat, CUT)
      else if (!seat.own) this.#say({ from: id, dial: true })
    }
  }

  #end(id: string, seat: Seat, code: number): void {
    this.#leave(id, seat)
    seat.listener.closed(code)
  }

  #leave(id: string, seat: Seat): void {
    seat.stopWaiting()
    seat.release()
    this.#seats.delete(id)
  }

  #serve({ from, dial, frame, close }: ToLeader): void {
    const hub = this.#hub!
    if (dial) {
      const tell = (message: ToTab) =>
        this.#seats.has(from) ? this.#told(message) : this.#channel.postMessage(message)
      tell({ to: from, joined: true })
      hub.join(from, tell)
      // Held by that tab for as long as it is there: when it is granted here, the tab has gone without a word.
      if (!this.#seats.has(from))
        this.#locks.request(`${this.#key}:${from}`, {}, async () => hub.leave(from)).catch(() => {})
    } else if (frame !== undefined) hub.heard(from, frame)
    else if (close) hub.leave(from)
  }

  #told({ to, joined, opened, frame, closed }: ToTab): void {
    const seat = this.#seats.get(to)
    if (!seat || seat.own) return
    if (joined) {
      seat.isJoined = true
      seat.stopWaiting()
    }
    if (opened) seat.listener.opened()
    if (frame !== undefined) seat.listener.heard(frame)
    if (closed !== undefined) this.#end(to, seat, closed)
  }

  #useOwn(id: string): void {
    const seat = this.#seats.get(id)
    if (seat) seat.own = this.#dial(seat.target, seat.listener)
  }

  #rise(id: string): void {
    const seat = this.#seats.get(id)
    if (!seat) return
    this.#leave(id, seat)
    if (seat.own) seat.own.close()
    else this.#say({ from: id, close: true })
    if (this.#seats.size === 0) this.#resign?.()
  }
}
