// A client of a Longwire server, for browsers and Node: a session that keeps its place.
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
export type { Ticket } from './link/link.ts'
export type { LinkState, Loss } from './link/link-state.ts'
export type { LocalErrorCode } from './longwire-error.ts'
export { LOCAL_ERRORS, LongwireError } from './longwire-error.ts'
export type { Clock } from './outside.ts'
export type { ReadEvent, ViewReplaced } from './session/event-queue.ts'
export type { ClientTool, ClientToolContext, ClientTools } from './session/provided-tools.ts'
export { toolAsked } from './session/provided-tools.ts'
export type { Reply } from './session/reply.ts'
export type { Accepted, RequestAnswer, SendOptions, Session } from './session/session.ts'
