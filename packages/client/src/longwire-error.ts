import type { ErrorCode, ErrorFrame, FailureCode, Json, Retry } from '@longwire/protocol'

/** What can go wrong on this side of the wire. The codes of the other side are in the protocol's own tables. */
export const LOCAL_ERRORS = {
  client_closed: { retry: 'never', says: 'the client was closed' },
  detached: { retry: 'never', says: 'the handle was detached' },
  line_refused: { retry: 'never', says: 'the server closed the line for good' },
  unreachable: { retry: 'later', says: 'no server answered' },
  not_longwire: { retry: 'never', says: 'the server is no Longwire server' },
  outbox_full: { retry: 'later', says: 'too many commands wait' },
  tool_failed: { retry: 'never', says: 'the tool failed' },
  expired: { retry: 'never', says: 'the input was not sent in time' },
  storage_failed: { retry: 'later', says: 'the storage failed' },
  input_returned: { retry: 'never', says: 'the input was returned' },
} as const satisfies Record<string, { retry: Retry; says: string }>

export type LocalErrorCode = keyof typeof LOCAL_ERRORS

/** Why something that was asked did not happen. Decide by `code` and `retry`, never by the text. */
export class LongwireError extends Error {
  override readonly name = 'LongwireError'
  readonly code: ErrorCode | FailureCode | LocalErrorCode
  readonly retry: Retry
  /** With `retry: 'later'`: how long the server would like to be left alone. */
  readonly retryAfterMs: number | undefined
  /** With `already_settled`: how the request was settled. */
  readonly outcome: Json | undefined

  constructor(
    code: LongwireError['code'],
    message: string,
    retry: Retry,
    options: ErrorOptions & { readonly retryAfterMs?: number | undefined; readonly outcome?: Json | undefined } = {},
  ) {
    super(message, options)
    this.code = code
    this.retry = retry
    this.retryAfterMs = options.retryAfterMs
    this.outcome = options.outcome
  }
}

/** The error that a frame of the server, or the body of an HTTP answer, carries. */
export function errorOf(frame: Omit<ErrorFrame, 'type'>): LongwireError {
  return new LongwireError(frame.code, frame.message, frame.retry, frame)
}

export function localError(code: LocalErrorCode, detail?: string, cause?: unknown): LongwireError {
  const { retry, says } = LOCAL_ERRORS[code]
  return new LongwireError(code, detail ? `${says}: ${detail}` : says, retry, { cause })
}
