import type { Place } from '@longwire/protocol'
import type { Parting, SessionRecord } from '@longwire/store'
import type { Clock } from '../clock.ts'
import type { CommandGround } from '../commands/session-command.ts'
import { refuseWithoutRoom } from '../limits/refuse-without-room.ts'
import { isAtBoundary } from './boundary.ts'
import { FoldKeeper } from './fold-keeper.ts'
import { createGround, dismiss, type GroundHouse } from './ground.ts'
import { letIdleReadersGo } from './idle-readers.ts'
import { foldLog } from './kept-fold.ts'
import type { Session } from './session.ts'
import type { SessionCluster } from './session-cluster.ts'
import type { SessionState } from './session-state.ts'

export interface LiveHouse extends GroundHouse {
  readonly cluster?: SessionCluster | undefined
}

/** Who runs the session: this node, with all that acts on it, or another one. */
export type Run =
  | { readonly kind: 'here'; readonly ground: CommandGround }
  | { readonly kind: 'elsewhere'; readonly node: string }

const SLIM_AFTER_MS = 30_000

/** The sessions that this node runs: how they come into memory, and how they leave it. */
export class LiveSessions {
  readonly #house: LiveHouse
  readonly #clock: Clock
  readonly #live = new Map<string, CommandGround>()
  readonly #loading = new Map<string, Promise<Run | undefined>>()
  readonly #folds: FoldKeeper
  #handsOn = false
  /** Sessions out of memory whose turn only waits: it was let go of, and is not lost. With the last place they gave out. */
  readonly #parked = new Map<string, Place>()

  constructor(house: LiveHouse) {
    this.#house = house
    this.#clock = house.clock
    this.#folds = new FoldKeeper(house.store)
  }

  get size(): number {
    return this.#live.size
  }

  get runningTurns(): number {
    let running = 0
    for (const { turns } of this.#live.values()) if (turns.isLive) running += 1
    return running
  }

  get all(): readonly CommandGround[] {
    return [...this.#live.values()]
  }

  get(key: string): CommandGround | undefined {
    return this.#live.get(key)
  }

  /** Resolves when the session is not on its way into memory. */
  async settled(key: string): Promise<void> {
    await this.#loading.get(key)?.catch(() => undefined)
  }

  /** The session, run here: from memory, or taken from the store where nobody else runs it. */
  async run(key: string): Promise<Run | undefined> {
    this.#house.cluster?.letGoIfCut()
    const ground = this.#live.get(key)
    if (ground) return { kind: 'here', ground }
    refuseWithoutRoom(this.#live.size, this.#house.limits)
    return this.#bring(key, () => this.#take(key))
  }

  /** A session that was taken for this node already. */
  async bringIn(record: SessionRecord): Promise<void> {
    await this.settled(record.key)
    if (this.#live.has(record.key)) this.letGo(this.#live.get(record.key)!)
    await this.#bring(record.key, async () => ({ kind: 'here', ground: await this.#load(record) }))
  }

  /** A session that was just made. */
  admit(record: SessionRecord, state: SessionState): CommandGround {
    const ground = this.#ground(record, state)
    this.#live.set(record.key, ground)
    ground.session.onChange()
    this.#house.cluster?.arrived(ground.session)
    return ground
  }

  /** The session is not this node's any more: nothing is written, and who reads it here reads on from wherever it is run. */
  letGo(ground: CommandGround): void {
    const { session, turns } = ground
    const { cluster } = this.#house
    if (this.#live.get(session.key) !== ground || !cluster) return
    this.forget(session.key)
    session.lose(() => cluster.successorOf(session))
    turns.abandon()
    dismiss(ground)
    for (const reader of [...session.readers]) reader.moved(session.current())
  }

  /**
   * From now on, or no longer, every session is given to other nodes: those where nothing runs at once, the others at the
   * next boundary of a step.
   */
  handOn(handsOn = true): void {
    this.#handsOn = handsOn
    if (handsOn) for (const ground of this.#live.values()) this.#handOnSoon(ground)
  }

  /** Gives the session up, wherever its turn is. Its agent is told nothing: it goes on elsewhere. */
  async give(ground: CommandGround): Promise<void> {
    const { session } = ground
    const parting = partingOf(ground)
    await this.keepFold(session)
    if (session.isLost || !this.#house.cluster) return
    this.letGo(ground)
    await this.#house.cluster.handOver(session, parting)
  }

  #handOnSoon(ground: CommandGround): void {
    if (!isAtBoundary(ground)) return
    ground.session.mailbox.post(() => {
      if (this.#handsOn && isAtBoundary(ground)) return this.give(ground)
    })
  }

  /** Nothing of the session is in memory any more. */
  forget(key: string): void {
    this.#live.delete(key)
    this.#parked.delete(key)
    this.#folds.forget(key)
  }

  /** Keeps what makes the session fast to open again. */
  async keepFold(session: Session): Promise<void> {
    await this.#folds.keep(session).catch((error) => this.#house.log.warn({ err: error }, 'a checkpoint was not kept'))
  }

  /** Quiet sessions give back what can be read again; those that nobody reads leave memory. */
  sweep(): void {
    const quietSince = this.#clock.now() - SLIM_AFTER_MS
    const idleSince = this.#clock.now() - this.#house.limits.sessionIdleMs
    for (const ground of this.#live.values()) {
      const { session, turns } = ground
      letIdleReadersGo(session, idleSince)
      if (session.updatedAt > quietSince || turns.isLive || !session.mailbox.isIdle) continue
      void this.#rest(ground).catch((error) => this.#house.log.warn({ err: error }, 'a session could not go to rest'))
    }
  }

  async #rest(ground: CommandGround): Promise<void> {
    const { session, turns, tasks } = ground
    const { cluster } = this.#house
    await this.keepFold(session)
    const hasTurn = session.state.turn !== undefined
    const isQuiet = !turns.isLive && tasks.running === 0 && session.mailbox.isIdle && hasTurn === turns.isParked
    if (!isQuiet || session.isLost) return
    session.slim()
    if (session.readers.size > 0 || cluster?.isFollowed(session)) return
    if (cluster) {
      this.letGo(ground)
      await cluster.rests(session)
      return
    }
    // A turn that waits for a person or a time is not lost: whoever opens the session again is told.
    const { isParked } = turns
    dismiss(ground)
    this.forget(session.key)
    if (isParked) this.#parked.set(session.key, session.place)
  }

  #bring(key: string, bring: () => Promise<Run | undefined>): Promise<Run | undefined> {
    let loading = this.#loading.get(key)
    if (!loading) {
      loading = bring().finally(() => this.#loading.delete(key))
      this.#loading.set(key, loading)
    }
    return loading
  }

  async #take(key: string): Promise<Run | undefined> {
    const { cluster, store } = this.#house
    if (!cluster) {
      const record = await store.load(key)
      return record && { kind: 'here', ground: await this.#load(record) }
    }
    const taken = await cluster.take(key)
    if (taken?.kind !== 'here') return taken
    try {
      return { kind: 'here', ground: await this.#load(taken.record) }
    } catch (error) {
      cluster.takeAgain(key)
      throw error
    }
  }

  async #load(record: SessionRecord): Promise<CommandGround> {
    const { key } = record
    const { state, view, keptAt } = await foldLog(this.#house.store, record)
    const ground = this.#ground(record, state)
    if (view) ground.session.views.restore(view)
    this.#folds.know(key, keptAt)
    // Before anybody has it: an open turn has no runner now, and inputs may wait for one.
    const { session, turns, tasks } = ground
    await session.mailbox.ask(async () => {
      const place = this.#parked.get(key)
      this.#parked.delete(key)
      if (place) {
        session.goOnFrom(place)
        turns.takeParked()
      }
      await turns.recover('node_died', 'the process that ran the turn died')
      await tasks.recover()
    })
    session.onChange()
    this.#live.set(key, ground)
    this.#house.cluster?.arrived(session)
    return ground
  }

  #ground(record: SessionRecord, state: SessionState): CommandGround {
    const ground = createGround(this.#house, record, state)
    const { onChange } = ground.session
    ground.session.onChange = () => {
      onChange()
      if (this.#handsOn) this.#handOnSoon(ground)
    }
    ground.session.onLost = (error) => {
      this.#house.log.warn({ session: record.session, err: error }, 'a session is let go of')
      this.letGo(ground)
      this.#house.cluster?.takeAgain(record.key)
    }
    return ground
  }
}

/** Whether the session needs somebody to run it, once this node does not. */
function partingOf({ session, turns }: CommandGround): Parting {
  const isAtWork = session.state.turn === undefined ? session.status === 'running' : !turns.isParked
  return isAtWork ? 'wants-runner' : 'rests'
}
