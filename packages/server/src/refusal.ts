import { ERRORS, type ErrorCode, type ErrorFrame, type Json, type Limits } from '@longwire/protocol'

export interface RefusalDetail {
  readonly retryAfterMs?: number
  /** With `already_settled`: how the request was settled. */
  readonly outcome?: unknown
  readonly cause?: unknown
  /** The bound that was reached, by its name in the table of limits. */
  readonly limit?: keyof Limits | undefined
  /** The name of the key that was shown: for the server's log, never for the peer. */
  readonly key?: string | undefined
}

/** An error that crosses the wire: a code of the protocol's table, and a sentence that says what was asked and why not. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly code: ErrorCode
  readonly detail: RefusalDetail

  constructor(code: ErrorCode, message: string, detail: RefusalDetail = {}) {
    super(message, detail.cause === undefined ? undefined : { cause: detail.cause })
    this.code = code
    this.detail = detail
  }
}

/** The frame that tells a peer of the refusal. */
export function errorFrame(
  refusal: Refusal,
  address: { id?: string | undefined; ch?: number | undefined },
): ErrorFrame {
  const { code, detail } = refusal
  return {
    type: 'error',
    ...(address.id === undefined ? {} : { id: address.id }),
    ...(address.ch === undefined ? {} : { ch: address.ch }),
    code,
    message: refusal.message,
    retry: ERRORS[code].retry,
    ...(detail.retryAfterMs === undefined ? {} : { retryAfterMs: detail.retryAfterMs }),
    ...(detail.outcome === undefined ? {} : { outcome: detail.outcome as Json }),
  }
}

/** What an HTTP answer to this refusal says of how to come back with an identity. */
export function challengeFor({ code }: Refusal): Readonly<Record<string, string>> {
  const isAboutIdentity = code === 'unauthenticated' || code === 'identity_expired'
  return isAboutIdentity ? { 'www-authenticate': 'Bearer realm="longwire"' } : {}
}
