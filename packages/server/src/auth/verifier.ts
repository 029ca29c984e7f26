import type { IncomingMessage } from 'node:http'
import type { Filter } from '@longwire/protocol'
import type { Verb } from './access.ts'

/** Who asks, as verified. */
export interface Identity {
  readonly principal: string
  /** What other readers of its sessions are shown beside the principal. */
  readonly name?: string | undefined
  /** What it may do beyond speaking in its own sessions; `*` is every role. */
  readonly roles?: readonly string[] | undefined
  /** Only these sessions are there for it; all of the principal's unless given. */
  readonly sessions?: readonly string[] | undefined
  /** It may do only this; everything unless given. */
  readonly verbs?: readonly Verb[] | undefined
  /** The most this principal may see; a filter of its own can only narrow it. */
  readonly sees: Filter
  /** Milliseconds since 1970. */
  readonly expiresAt?: number | undefined
}

/** Says who is asking. */
export interface Verifier {
  /** A word for logs: "development". */
  readonly name: string
  /** Undefined where the request carries nothing that this verifier knows. Rejects with a `Refusal` where it does, and it is no good. */
  verify(request: IncomingMessage): Promise<Identity | undefined>
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\]|::1)$/

export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host)
}
