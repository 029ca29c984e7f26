// The contract on the wire, without a validator: types, places, filters, codes and bounds. Safe to ship to a browser.
// The schemas these types come from are behind `@longwire/protocol/schemas`.
export type { Command, CommandOf, CommandType, SessionCommand, SessionCommandType } from './commands.ts'
export type { Delivery, Json, Level, Metadata, SessionStatus, SpanKind, TurnOutcome, Usage } from './common.ts'
export { described } from './described.ts'
export type { ErrorCode, FailureCode, Retry } from './errors.ts'
export { ERRORS, FAILURES, mayReconnect } from './errors.ts'
export type {
  Answer,
  Commit,
  CommitType,
  Draft,
  DraftType,
  EventOf,
  EventType,
  Failure,
  NewCommit,
  RequestKind,
  SessionEvent,
  ToolDescription,
} from './events.ts'
export type { Filter, Visibility } from './filter.ts'
export { DEFAULT_FILTER, narrow, passes, sees } from './filter.ts'
export type { ErrorFrame, Frame, FrameOf, FrameType, Ok, Recovered, Viewer } from './frames.ts'
export type { Limits } from './limits.ts'
export { LIMIT_ROWS, LIMITS } from './limits.ts'
export type { InputPart, Message, MessagePart } from './message.ts'
export type { Place } from './place.ts'
export { comparePlaces, isAfter, ORIGIN, parsePlace, placeOf, printPlace } from './place.ts'
