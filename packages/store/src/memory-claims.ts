import { randomBytes } from 'node:crypto'
import { checkDue } from './bounds.ts'
import type { BeatAnswer, Claimed, ClaimOutcome, NodeBeat, NodeRecord, Parting, SessionClaims } from './claims.ts'
import type { SessionRecord } from './session-store.ts'

/** A session as the claims see it. */
export interface Claimable {
  record: SessionRecord
  readonly ordinal: number
  parting: Parting
}

interface KnownNode {
  readonly beat: NodeBeat
  readonly startedAt: number
  readonly seenAt: number
  /** Dead from this moment on, by the store's clock. */
  readonly until: number
  readonly isAsked: boolean
}

/** What of the memory store the claims need. */
export interface ClaimedSessions {
  readonly now: () => number
  readonly sessions: ReadonlyMap<string, Claimable>
  assertOpen(): void
}

const REMEMBER_DEAD_MS = 600_000
const ADOPT_MOST = 500

/** Claims for nodes that share a process, and with it this memory: what the rules of ownership are tried on without a server. */
export class MemoryClaims implements SessionClaims {
  readonly #house: ClaimedSessions
  readonly #nodes = new Map<string, KnownNode>()
  readonly #used = new Map<string, number>()
  readonly #secret = randomBytes(32).toString('base64url')

  constructor(house: ClaimedSessions) {
    this.#house = house
  }

  async beat(beat: NodeBeat, leaseMs: number): Promise<BeatAnswer> {
    this.#house.assertOpen()
    const now = this.#house.now()
    const known = this.#nodes.get(beat.node)
    const isAsked = known?.isAsked ?? false
    this.#nodes.set(beat.node, { beat, startedAt: known?.startedAt ?? now, seenAt: now, until: now + leaseMs, isAsked })
    for (const [node, { until }] of this.#nodes) if (until < now - REMEMBER_DEAD_MS) this.#nodes.delete(node)
    return { lapsed: known !== undefined && known.until <= now, drain: isAsked, now }
  }

  async leave(node: string): Promise<void> {
    this.#house.assertOpen()
    const known = this.#nodes.get(node)
    if (known) this.#nodes.set(node, { ...known, until: Math.min(known.until, this.#house.now()) })
  }

  async nodes(): Promise<readonly NodeRecord[]> {
    this.#house.assertOpen()
    const now = this.#house.now()
    return [...this.#nodes.values()]
      .filter(({ until }) => until >= now - REMEMBER_DEAD_MS)
      .map(({ beat, startedAt, seenAt, until, isAsked }) => ({
        ...beat,
        isAlive: until > now,
        isDraining: beat.isDraining || isAsked,
        startedAt,
        seenAt,
      }))
      .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.startedAt - b.startedAt))
  }

  async drain(name: string, isDraining: boolean): Promise<boolean> {
    this.#house.assertOpen()
    const named = [...this.#nodes].filter(([node, { beat }]) => beat.name === name && this.#lives(node))
    for (const [node, known] of named) this.#nodes.set(node, { ...known, isAsked: isDraining })
    return named.length > 0
  }

  async claim(key: string, node: string): Promise<ClaimOutcome | undefined> {
    this.#house.assertOpen()
    const kept = this.#house.sessions.get(key)
    if (!kept) return undefined
    const { owner } = kept.record
    if (owner !== undefined && owner !== node && this.#lives(owner)) {
      return { kind: 'owned', node: owner, name: this.#nodes.get(owner)!.beat.name }
    }
    return { kind: 'claimed', ...this.#give(kept, node) }
  }

  async release(key: string, node: string, epoch: number, parting: Parting): Promise<void> {
    this.#house.assertOpen()
    const kept = this.#house.sessions.get(key)
    if (!kept || kept.record.owner !== node || kept.record.epoch !== epoch) return
    kept.record = { ...kept.record, owner: undefined }
    kept.parting = parting
  }

  async adopt(node: string, limit: number): Promise<readonly Claimed[]> {
    this.#house.assertOpen()
    checkDue(0, Math.min(limit, ADOPT_MOST + 1))
    return [...this.#house.sessions.values()]
      .filter((kept) => this.#isAbandoned(kept))
      .slice(0, limit)
      .map((kept) => this.#give(kept, node))
  }

  async due(node: string, before: number, limit: number): Promise<readonly string[]> {
    this.#house.assertOpen()
    checkDue(before, limit)
    return [...this.#house.sessions.values()]
      .filter(({ record: { wakeAt, owner } }) => {
        if (wakeAt === undefined || wakeAt > before) return false
        return owner === undefined || owner === node || !this.#lives(owner)
      })
      .sort((a, b) => a.record.wakeAt! - b.record.wakeAt! || a.ordinal - b.ordinal)
      .slice(0, limit)
      .map(({ record }) => record.key)
  }

  async secret(): Promise<string> {
    this.#house.assertOpen()
    return this.#secret
  }

  async useOnce(name: string, keepMs: number): Promise<boolean> {
    this.#house.assertOpen()
    const now = this.#house.now()
    for (const [used, until] of this.#used) if (until <= now) this.#used.delete(used)
    if (this.#used.has(name)) return false
    this.#used.set(name, now + keepMs)
    return true
  }

  #isAbandoned({ record: { status, owner }, parting }: Claimable): boolean {
    if (status !== 'running' && status !== 'waiting') return false
    return owner === undefined ? parting === 'wants-runner' : !this.#lives(owner)
  }

  #give(kept: Claimable, node: string): Claimed {
    const epoch = (kept.record.epoch ?? 0) + 1
    kept.record = { ...kept.record, owner: node, epoch }
    return { record: kept.record, epoch }
  }

  #lives(node: string): boolean {
    const known = this.#nodes.get(node)
    return known !== undefined && known.until > this.#house.now()
  }
}
