import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Bus, NodeBeat, NodeRecord, SessionClaims } from '@longwire/store'
import type { Logger } from 'pino'

/*  A node, as its claims stand:

      starting ──beat──► alive ──no beat for lease − margin──► cut ──beat──► alive
                           └──the store says it was dead──► alive, but its sessions may be others'          */

export interface NodeTimes {
  /** How long a node that says nothing is still taken for alive. */
  readonly leaseMs: number
  readonly beatMs: number
  /** So long before the end of its lease a node that could not renew it stops by itself. */
  readonly marginMs: number
}

export interface LifeHouse {
  readonly node: string
  readonly name: string
  readonly claims: SessionClaims
  readonly bus: Bus
  readonly times: NodeTimes
  readonly now: () => number
  readonly log: Logger
  readonly load: () => { readonly sessions: number; readonly turns: number }
  /** It cannot say that it lives, and others can: what it runs will be taken from it. */
  readonly onCut: () => void
  /** It is back. `lapsed`: others took it for dead meanwhile. */
  readonly onBack: (lapsed: boolean) => void
  readonly onDrain: (drain: boolean) => void
}

const TOPIC = 'nodes'
/** A clock that is off by less than this is left alone. */
const SKEW_MS = 250

interface Word {
  readonly at: number
  readonly isWell: boolean
}

/** Says that this node lives, and notices when it could not. */
export class NodeLife {
  readonly #house: LifeHouse
  readonly #words = new Map<string, Word>()
  readonly #delay = monitorEventLoopDelay({ resolution: 20 })
  #timers: NodeJS.Timeout[] = []
  #unsubscribe = () => {}
  #renewedAt = 0
  #isBeating = false
  #isCut = false
  #isDraining = false
  #wasAsked = false
  #isOver = false
  #offsetMs = 0
  #adoptsFrom = 0
  #nodes: readonly NodeRecord[] = []

  constructor(house: LifeHouse) {
    this.#house = house
  }

  /** Whether this node has to take it that its sessions are taken from it. */
  get isCut(): boolean {
    return this.#isCut
  }

  /** How far this node's clock is behind the store's. */
  get offsetMs(): number {
    return this.#offsetMs
  }

  /** After a time in which nobody could renew, everybody gets a chance before anybody's sessions are adopted. */
  get mayAdopt(): boolean {
    return !this.#isCut && !this.#isOver && performance.now() >= this.#adoptsFrom
  }

  /** The other nodes that live and take sessions, those with the least to do first. */
  get others(): readonly NodeRecord[] {
    return this.#nodes
      .filter(({ node, isAlive, isDraining }) => node !== this.#house.node && isAlive && !isDraining)
      .sort((a, b) => a.turns - b.turns || a.sessions - b.sessions)
  }

  get all(): readonly NodeRecord[] {
    return this.#nodes
  }

  /** Resolves once the store knows that this node lives. */
  async start(): Promise<void> {
    const { bus, times } = this.#house
    this.#delay.enable()
    this.#unsubscribe = bus.subscribe(TOPIC, (payload) => this.#hear(payload))
    await this.#beat()
    this.#timers = [
      setInterval(() => void this.beat(), times.beatMs),
      setInterval(() => this.look(), Math.max(20, times.beatMs / 4)),
    ]
    for (const timer of this.#timers) timer.unref()
  }

  /** It takes no more sessions; the others hear of it with the next beat. */
  leaving(): void {
    this.#isDraining = true
  }

  async stop(): Promise<void> {
    this.#isOver = true
    for (const timer of this.#timers) clearInterval(timer)
    this.#delay.disable()
    this.#unsubscribe()
    await this.#house.claims.leave(this.#house.node).catch(() => undefined)
  }

  /** One sign of life, unless one is under way. */
  async beat(): Promise<void> {
    if (this.#isBeating || this.#isOver) return
    this.#isBeating = true
    try {
      await this.#beat()
    } catch (error) {
      this.#house.log.warn({ err: error }, 'this node could not say that it lives')
    } finally {
      this.#isBeating = false
      this.#say()
    }
  }

  async #beat(): Promise<void> {
    const { claims, times, now } = this.#house
    const began = performance.now()
    const at = now()
    const answer = await claims.beat(this.#own(), times.leaseMs)
    if (this.#isOver) return
    // From when it was asked: the lease may have begun then, and not a moment later.
    this.#renewedAt = began
    this.#delay.reset()
    const tookMs = performance.now() - began
    const offset = answer.now - (at + now()) / 2
    if (Math.abs(offset - this.#offsetMs) > SKEW_MS + tookMs / 2) this.#offsetMs = Math.round(offset)
    const wasCut = this.#isCut
    this.#isCut = false
    if (answer.lapsed) this.#adoptsFrom = performance.now() + times.leaseMs
    if (wasCut || answer.lapsed) this.#house.onBack(answer.lapsed)
    if (answer.drain !== this.#wasAsked) {
      this.#wasAsked = answer.drain
      this.#house.onDrain(answer.drain)
    }
    this.#nodes = await claims.nodes()
  }

  #own(): NodeBeat {
    const { node, name, load } = this.#house
    const lagMs = Math.max(0, Math.round(this.#delay.max / 1e6) - 20)
    return {
      node,
      name,
      ...load(),
      lagMs: Number.isFinite(lagMs) ? lagMs : 0,
      isDraining: this.#isDraining || this.#wasAsked,
    }
  }

  get #couldRenew(): boolean {
    return performance.now() - this.#renewedAt < this.#house.times.beatMs * 1.5
  }

  #say(): void {
    const { bus, node } = this.#house
    bus.publish(TOPIC, JSON.stringify({ node, isWell: this.#couldRenew }))
  }

  #hear(payload: string): void {
    const { node, isWell } = JSON.parse(payload) as { node: string; isWell: boolean }
    if (node !== this.#house.node) this.#words.set(node, { at: performance.now(), isWell })
  }

  /** Whether the lease may be over is looked at often, and before anything is done: a process that was stopped wakes late. */
  look(): void {
    const { times, onCut } = this.#house
    if (this.#isCut || this.#isOver) return
    if (performance.now() - this.#renewedAt < times.leaseMs - times.marginMs) return
    if (this.#nobodyCan) return
    this.#isCut = true
    onCut()
  }

  /**
   * Whether the store is gone for all: then nobody can take anything from this node, and what it says to its readers is
   * still worth hearing. Only the others can tell, over the bus.
   */
  get #nobodyCan(): boolean {
    const { bus, node, times } = this.#house
    const since = performance.now() - 2.5 * times.beatMs
    const words = [...this.#words].filter(([, { at }]) => at > since)
    if (words.some(([, { isWell }]) => isWell)) return false
    const others = this.#nodes.filter((each) => each.node !== node && each.isAlive)
    if (others.length > 0 && !bus.isUp) return false
    const heard = new Set(words.map(([each]) => each))
    return others.every((each) => heard.has(each.node))
  }
}
