import type { ErrorCode } from '@longwire/protocol'
import { ERRORS } from '@longwire/protocol'
import type { Wire } from './wire.ts'

const NORMAL = 1000

/** How a wire over HTTP ended: what a WebSocket says with its close frame. */
export interface LineClose {
  readonly code: number
  readonly reason: string
}

/** The half of a line over HTTP that carries frames to the peer: a stream of server-sent events, or polls. */
export interface LineWire extends Wire {
  readonly name: 'sse' | 'poll'
  /** Characters that the peer has not taken yet. */
  readonly buffered: number
  /** Resolves when the peer, or this server, has ended it. */
  readonly gone: Promise<void>
  /** Ends it without a word. */
  cut(): void
}

export function lineClose(why: ErrorCode | 'done', reason: string = why): LineClose {
  return { code: why === 'done' ? NORMAL : (ERRORS[why].close ?? NORMAL), reason: reason.slice(0, 120) }
}
