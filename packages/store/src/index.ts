// Where session logs live: the interface every store keeps, and the store that lives in memory.
export type { Bus, BusAnswer } from './bus.ts'
export type {
  BeatAnswer,
  Claimed,
  ClaimOutcome,
  NodeBeat,
  NodeRecord,
  Parting,
  SessionClaims,
  SharedStore,
} from './claims.ts'
export { isShared } from './claims.ts'
export type { Deliveries, LocalBusOptions } from './local-bus.ts'
export { LocalBus } from './local-bus.ts'
export type { MemoryStoreOptions } from './memory-store.ts'
export { MemoryStore } from './memory-store.ts'
export type {
  Append,
  Checkpoint,
  NewSession,
  Page,
  ReadBound,
  SessionQuery,
  SessionRecord,
  SessionStore,
  StoredCommit,
  StoreFault,
} from './session-store.ts'
export { BadCursor, Fenced, HeadMoved, SessionExists, SessionMissing, StoreUnavailable } from './session-store.ts'
