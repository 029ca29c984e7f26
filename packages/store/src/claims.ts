import type { SessionRecord, SessionStore } from './session-store.ts'

/** A node as the store knows it. Whether it is alive is said by the store's clock alone. */
export interface NodeRecord {
  /** Another for each life of a process. */
  readonly node: string
  /** What operators call it; the same after a restart. */
  readonly name: string
  readonly isAlive: boolean
  /** It takes no new sessions, by its own will or because an operator asked. */
  readonly isDraining: boolean
  readonly sessions: number
  readonly turns: number
  readonly lagMs: number
  /** Milliseconds since 1970, by the store's clock. */
  readonly startedAt: number
  readonly seenAt: number
}

/** What a node says of itself when it says that it lives. */
export interface NodeBeat {
  readonly node: string
  readonly name: string
  /** Sessions and turns in its memory, and how late its event loop is. */
  readonly sessions: number
  readonly turns: number
  readonly lagMs: number
  readonly isDraining: boolean
}

export interface BeatAnswer {
  readonly lapsed: boolean
  readonly drain: boolean
  readonly now: number
}

export interface Claimed {
  readonly record: SessionRecord
  /** Goes with every append of the new owner. */
  readonly epoch: number
}

export type ClaimOutcome =
  | ({ readonly kind: 'claimed' } & Claimed)
  | { readonly kind: 'owned'; readonly node: string; readonly name: string }

/** What becomes of a session that its owner gives up: it rests until somebody wants it, or its turn wants a runner now. */
export type Parting = 'rests' | 'wants-runner'

/**
 * Who runs which session, for stores that several nodes share. The rules are [N1] and on, in `spec/nodes.md`;
 * `claimsContract` of `@longwire/store/contract` tries them. A claim costs the store a write, a session that is owned
 * costs none: nodes are what says that it lives.
 */
export interface SessionClaims {
  /**
   * Says that the node lives, for `leaseMs` from now by the store's clock. `lapsed`: it had been dead for the others
   * meanwhile, so its sessions may be somebody else's. `drain`: an operator wants it empty. `now`: the store's clock, in
   * milliseconds since 1970.
   */
  beat(beat: NodeBeat, leaseMs: number): Promise<BeatAnswer>
  /** The node is gone: its sessions are free at once. */
  leave(node: string): Promise<void>
  /** The living, and those that died in the last ten minutes, by name. */
  nodes(): Promise<readonly NodeRecord[]>
  /** Asks the living node of this name to give up its sessions, or no longer; it learns by its next beat. False where none has it. */
  drain(name: string, isDraining: boolean): Promise<boolean>
  /** Makes `node` the owner where nobody is, or a dead node, or it itself, and raises the epoch. Undefined where there is no such session. */
  claim(key: string, node: string): Promise<ClaimOutcome | undefined>
  /** Gives the session up, if it is still this node's at this epoch. */
  release(key: string, node: string, epoch: number, parting: Parting): Promise<void>
  /**
   * Claims for `node` at most `limit` (1 to 500) sessions with status `running` or `waiting` whose owner is dead or gone,
   * or which want a runner. Of several who ask at once no two get the same one.
   */
  adopt(node: string, limit: number): Promise<readonly Claimed[]>
  /** As `due` of the store, but only sessions that this node owns, or could claim. */
  due(node: string, before: number, limit: number): Promise<readonly string[]>
  /** 256 bits of chance, the same for every node of this store and for ever: what one node signs another can check. */
  secret(): Promise<string>
  /** True for the first who asks with this name, over all nodes, and false for all others until `keepMs` have passed. */
  useOnce(name: string, keepMs: number): Promise<boolean>
}

/** A store that several nodes may share. */
export type SharedStore = SessionStore & { readonly claims: SessionClaims }

export function isShared(store: SessionStore): store is SharedStore {
  return store.claims !== undefined
}
