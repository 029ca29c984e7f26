import type { Limits } from '@longwire/protocol'
import type { Bus, SessionStore } from '@longwire/store'
import type { Logger } from 'pino'
import type { Presence } from '../presence/presence.ts'
import type { ReadSession } from '../session/read-session.ts'
import type { Session } from '../session/session.ts'
import { MirrorSession, type MirrorStart } from './mirror-session.ts'
import { type Packet, type Standing, topicOf, type Watched } from './node-messages.ts'

export interface MirrorsHouse {
  readonly node: string
  readonly store: SessionStore
  readonly limits: Limits
  readonly bus: Bus
  readonly log: Logger
  /** How the sessions stand at their owner; undefined where it does not answer. */
  readonly watch: (owner: string, sessions: readonly Standing[]) => Promise<readonly (Watched | null)[] | undefined>
  readonly presenceOf: (key: string) => Presence
  /** The session where this node runs it itself. */
  readonly here: (key: string) => ReadSession | undefined
}

interface Held {
  readonly mirror: MirrorSession
  readonly leave: () => void
  unreadSince: number | undefined
  /** When something was last new. */
  newAt: number
  askedAt: number
}

const FORGET_UNREAD_MS = 10_000
const WATCHED_AT_ONCE = 100
const LOADED_AT_ONCE = 16
/** A session that nobody runs and where nothing happens is looked at less often. */
const QUIET_MS = 60_000
const QUIET_TICKS = 5

/** The sessions that are read on this node and run elsewhere. */
export class Mirrors {
  readonly #house: MirrorsHouse
  readonly #held = new Map<string, Held>()
  readonly #tickMs: number
  readonly #ticking: NodeJS.Timeout
  #isTicking = false

  constructor(house: MirrorsHouse, tickMs: number) {
    this.#house = house
    this.#tickMs = tickMs
    this.#ticking = setInterval(() => void this.tick(), tickMs)
    this.#ticking.unref()
  }

  get size(): number {
    return this.#held.size
  }

  /** The session as the store has it now, and what is being said as far as its owner tells. */
  async follow(key: string): Promise<ReadSession | undefined> {
    const record = await this.#house.store.load(key)
    if (!record) {
      this.#drop(key)
      return undefined
    }
    const here = this.#house.here(key)
    if (here) return here
    const held = this.#held.get(key)
    if (held && held.mirror.log === record.log) {
      await held.mirror.stored(record)
      return held.mirror.current()
    }
    const { epoch = 0, owner } = record
    const mirror = this.#hold({ ...record, epoch, owner: owner === this.#house.node ? undefined : owner })
    if (mirror.owner !== undefined) await mirror.sync()
    return mirror.current()
  }

  /** Goes on from where a session was that was run here until now. */
  succeed(lost: Session): ReadSession {
    const { key, id: session, agent, principal, log, createdAt, updatedAt, status, place, drafts, epoch = 0 } = lost
    const held = this.#held.get(key)
    if (held) return held.mirror
    const record = { key, session, agent, principal, log, createdAt, updatedAt, status, epoch, owner: undefined }
    const mirror = this.#hold({ ...record, head: place.seq, sub: place.sub, drafts })
    this.#syncSoon(mirror)
    return mirror
  }

  /** The session is run here from now on: its readers read it here. */
  arrived(session: Session): void {
    const held = this.#held.get(session.key)
    if (!held) return
    this.#let(session.key, held)
    held.mirror.close()
    for (const reader of [...held.mirror.readers]) reader.moved(session)
  }

  /** Looks after what the bus may have lost, tells owners who still listens, and forgets what nobody reads. */
  async tick(): Promise<void> {
    if (this.#isTicking) return
    this.#isTicking = true
    try {
      const now = performance.now()
      this.#forgetUnread(now)
      const held = [...this.#held.values()]
      const owned = Map.groupBy(held, ({ mirror }) => mirror.owner)
      for (const [owner, all] of owned) {
        if (owner === undefined) continue
        for (const some of portions(all, WATCHED_AT_ONCE)) await this.#watch(owner, some)
      }
      const free = held.filter((each) => each.mirror.owner === undefined && this.#isTime(each, now))
      for (const some of portions(free, LOADED_AT_ONCE)) await Promise.all(some.map((each) => this.#look(each, now)))
    } finally {
      this.#isTicking = false
    }
  }

  close(): void {
    clearInterval(this.#ticking)
    for (const [key, held] of this.#held) this.#let(key, held)
  }

  #isTime({ newAt, askedAt }: Held, now: number): boolean {
    return now - newAt < QUIET_MS || now - askedAt >= QUIET_TICKS * this.#tickMs
  }

  async #look(held: Held, now: number): Promise<void> {
    const { mirror } = held
    const before = mirror.head
    held.askedAt = now
    await mirror.sync().catch((error) => this.#fault(mirror, error))
    if (mirror.head !== before || mirror.owner !== undefined) held.newAt = now
  }

  async #watch(owner: string, some: readonly Held[]): Promise<void> {
    const standing = some.map(({ mirror }) => mirror.standing)
    const watched = await this.#house.watch(owner, standing)
    const told = async (mirror: MirrorSession, watched: Watched | null | undefined) => {
      if (!(await mirror.took(watched))) await mirror.sync()
    }
    await Promise.all(
      some.map(({ mirror }, n) => told(mirror, watched?.[n]).catch((error) => this.#fault(mirror, error))),
    )
  }

  #hold(start: MirrorStart): MirrorSession {
    const { store, limits, bus, watch, here, presenceOf } = this.#house
    const { key } = start
    const mirror = new MirrorSession(
      {
        store,
        limits,
        presenceOf,
        watch: async (owner, standing) => {
          const watched = await watch(owner, [standing])
          return watched === undefined ? null : (watched[0] ?? undefined)
        },
        current: () => here(key) ?? this.#held.get(key)?.mirror ?? mirror,
        onFault: (error) => this.#fault(mirror, error),
      },
      start,
    )
    const leave = bus.subscribe(topicOf(key), (payload) => {
      const packet = JSON.parse(payload) as Packet
      if (packet.node !== this.#house.node) mirror.hear(packet)
    })
    const now = performance.now()
    this.#drop(key)
    this.#held.set(key, { mirror, leave, unreadSince: now, newAt: now, askedAt: now })
    return mirror
  }

  #syncSoon(mirror: MirrorSession): void {
    mirror.sync().catch((error) => this.#fault(mirror, error))
  }

  #forgetUnread(now: number): void {
    for (const [key, held] of this.#held) {
      if (held.mirror.readers.size > 0) held.unreadSince = undefined
      else if (held.unreadSince === undefined) held.unreadSince = now
      else if (now - held.unreadSince > FORGET_UNREAD_MS) this.#let(key, held)
    }
  }

  #drop(key: string): void {
    const held = this.#held.get(key)
    if (!held) return
    this.#let(key, held)
    held.mirror.gone()
  }

  #let(key: string, held: Held): void {
    held.leave()
    if (this.#held.get(key) === held) this.#held.delete(key)
  }

  #fault({ id }: MirrorSession, error: unknown): void {
    this.#house.log.warn({ session: id, err: error }, 'a session that is run elsewhere could not be followed now')
  }
}

function portions<T>(all: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, n) => all.slice(n * size, (n + 1) * size))
}
