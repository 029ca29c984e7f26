// A client of a Longwire server, for browsers and Node: a session that keeps its place.
export type { Auth, Credentials, SignedRequest, Ticket } from './auth/credentials.ts'
export type { Client, ConnectOptions, OpenOptions, SessionOptions } from './client.ts'
export { connect } from './client.ts'
export type {
  AgentInfo,
  ForkedSession,
  ForkOptions,
  OpenRequest,
  SessionDetail,
  SessionInfo,
  SessionsQuery,
} from './doors.ts'
export type { LinkState, Loss } from './link/link-state.ts'
export type { Wakes } from './link/wake.ts'
export type { LocalErrorCode } from './longwire-error.ts'
export { LOCAL_ERRORS, LongwireError } from './longwire-error.ts'
export type { Clock } from './outside.ts'
export type { ClientTool, ClientToolContext, ClientTools } from './session/client-tool.ts'
export type { EffectOptions } from './session/derivation/commit-effect.ts'
export type { Derived } from './session/derived.ts'
export type { ReadEvent, ViewReplaced } from './session/event-queue.ts'
export type { Unsent } from './session/outbox.ts'
export type { Reply } from './session/reply.ts'
export type { RequestAnswer } from './session/request-answer.ts'
export type { ScheduleOptions } from './session/schedule-options.ts'
export type { SendOptions } from './session/send-options.ts'
export type { Accepted, Fate, Sent } from './session/sent.ts'
export type { HistoryPage, Session } from './session/session.ts'
export { toolAsked } from './session/tool-asked.ts'
export type { ClientStorage } from './storage.ts'
export type { AgentLike, AgentTypes, AnswerOf, InputOf, MetadataOf, OutputOf, ViewOf } from './typed/agent-like.ts'
export type { ShareLine } from './wire/dials.ts'
export type { DialWire, Wire, WireListener, WireName, WireTarget } from './wire/wire.ts'
