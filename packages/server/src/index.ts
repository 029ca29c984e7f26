// The server: sessions with agents, over WebSocket, server-sent events and long-poll.
export type { Identity, Verifier } from './auth/verifier.ts'
export type { Clock } from './clock.ts'
export type { ServerOptions } from './options.ts'
export { ServerMisuse } from './options.ts'
export { Refusal } from './refusal.ts'
export type { LongwireServer } from './server.ts'
export { createServer } from './server.ts'
