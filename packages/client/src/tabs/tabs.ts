import type { ShareLine } from '../wire/dials.ts'
import type { DialWire, Wire, WireListener, WireTarget } from '../wire/wire.ts'
import { Hub } from './hub.ts'
import type { Led, ToLeader, ToTab } from './messages.ts'
import { Seat } from './seat.ts'

export interface TabsOptions {
  /** Tabs with the same name share: another one for each person who uses this browser. `longwire` unless given. */
  readonly name?: string
  /** For how long a tab waits for an answer of the one with the connection, before it has its own: 1,000 unless given. */
  readonly answerMs?: number
}

/**
 * Tabs of one browser share one connection: `connect(url, { share: tabs() })`. One of them has it, by a Web Lock, and the
 * others speak through it over a BroadcastChannel; when it goes away the next one takes over, and every session goes on from
 * its place. Where a browser has neither, or the tab with the connection does not answer, a tab has a connection of its own.
 */
export function tabs({ name = 'longwire', answerMs = 1_000 }: TabsOptions = {}): ShareLine {
  const { locks } = (globalThis.navigator ?? {}) as { locks?: Locks }
  return (dial, wire) => {
    if (!locks || !globalThis.BroadcastChannel) return dial
    const tables = new Map<string, Table>()
    return (target, listener) => {
      const key = `longwire:tabs:${name}:${wire}:${target.base.href}`
      const options = { key, locks, dial, answerMs, emptied: () => tables.delete(key) }
      const table = tables.get(key) ?? new Table(options)
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
  close(): void
}

interface TableOptions {
  readonly key: string
  readonly locks: Locks
  readonly dial: DialWire
  readonly answerMs: number
  /** No wire of this tab is left. */
  emptied(): void
}

interface Page {
  addEventListener?(type: string, listener: () => void, options: { readonly signal: AbortSignal }): void
}

/**
 * The tabs that share, as one of them sees it: its own wires, and the connection where it is the one that has it. It is there
 * for as long as a wire of this tab is.
 */
class Table {
  readonly #options: TableOptions
  readonly #channel: Channel
  readonly #seats = new Map<string, Seat>()
  /** For each seat the way to let go of the lock that says that it is there. */
  readonly #releases = new Map<Seat, () => void>()
  readonly #over = new AbortController()
  #hub: Hub | undefined
  /** Ends the wish to have the connection, or having it. */
  #resign: (() => void) | undefined

  constructor(options: TableOptions) {
    this.#options = options
    this.#channel = new BroadcastChannel(options.key) as unknown as Channel
    this.#channel.onmessage = ({ data }) => this.#heard(data)
    const page = globalThis as Page
    page.addEventListener?.('pagehide', () => this.#resign?.(), { signal: this.#over.signal })
  }

  sit(target: WireTarget, listener: WireListener): Wire {
    const { key, locks, dial, answerMs } = this.#options
    const seat = new Seat(target, listener, dial, {
      answerMs,
      say: (message) => (this.#hub ? this.#serve(message) : this.#channel.postMessage(message)),
      left: () => this.#left(seat),
    })
    this.#seats.set(seat.id, seat)
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#releases.set(seat, resolve)
    // While this is held the tab is there: the one with the connection waits for it, so nobody is asked before.
    const hold = () => {
      seat.arrived()
      return promise
    }
    locks.request(`${key}:${seat.id}`, {}, hold).catch(() => {}) // nobody is asked, and it has its own
    this.#stand()
    return seat
  }

  #heard(message: ToTab | ToLeader | Led): void {
    if ('leads' in message) this.#led()
    else if ('to' in message) this.#seats.get(message.to)?.told(message)
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
    const { key, locks } = this.#options
    locks
      .request(key, { signal: stop.signal }, () => {
        if (stop.signal.aborted) return Promise.resolve()
        this.#lead()
        return promise
      })
      .catch(() => {}) // it resigned while it waited
  }

  #lead(): void {
    // Dialled for whoever came last: what it was told of who asks is the freshest.
    this.#hub = new Hub(this.#options.dial, () => [...this.#seats.values()].at(-1)!.target)
    this.#channel.postMessage({ leads: this.#options.key } satisfies Led)
    this.#led()
  }

  #led(): void {
    for (const seat of [...this.#seats.values()]) seat.led()
  }

  #serve(message: ToLeader): void {
    const hub = this.#hub!
    const { from } = message
    const { key, locks } = this.#options
    // Held by that tab for as long as it is there: when it is granted here, the tab has gone without a word.
    if (message.dial && !hub.has(from) && !this.#seats.has(from))
      locks.request(`${key}:${from}`, {}, async () => hub.leave(from)).catch(() => {})
    hub.take(message, (answer) => {
      const seat = this.#seats.get(from)
      if (seat) seat.told(answer)
      else this.#channel.postMessage(answer)
    })
  }

  #left(seat: Seat): void {
    this.#seats.delete(seat.id)
    this.#releases.get(seat)?.()
    this.#releases.delete(seat)
    if (this.#seats.size > 0) return
    this.#resign?.()
    this.#over.abort()
    this.#options.emptied()
    // The others may still have to be told.
    queueMicrotask(() => this.#channel.close())
  }
}
