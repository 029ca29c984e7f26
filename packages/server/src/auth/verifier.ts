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
  /** What this identity rests on: keys and tickets by name. When one of them is revoked, it ends. */
  readonly proofs?: readonly string[] | undefined
}

/** Says who is asking. */
export interface Verifier {
  /** A word for logs: "development". */
  readonly name: string
  /** False where nothing is shown that could be guessed: then refusals need not slow down. True unless given. */
  readonly isGuessable?: boolean
  /**
   * Undefined where the request carries nothing that this verifier knows. Rejects with a `Refusal` where it does, and it is no
   * good. `body` reads what was sent with it, within the bound of a body; a handshake has none.
   */
  verify(request: IncomingMessage, body?: ReadBody): Promise<Identity | undefined>
  /** The same for a token that came in a frame, with `hello` or `renew`. */
  redeem?(token: string): Promise<Identity | undefined>
  /** Whether what an identity of this verifier rests on is still good: asked again and again while a line is open. */
  holds?(proof: string): Promise<boolean>
}

export type ReadBody = () => Promise<Uint8Array>

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\]|::1)$/

export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host)
}
