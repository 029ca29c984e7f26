/** Whether coming back helps, and how. A client decides from this, never from the text of a message. */
export type Retry = 'never' | 'now' | 'later' | 'new-identity'

interface ErrorRow {
  /** Status where the error answers an HTTP request. Null: it only ever ends a connection. */
  readonly http: number | null
  /** WebSocket close code where the error ends the connection. Null: the frame is answered and the connection stays. */
  readonly close: number | null
  readonly retry: Retry
  readonly says: string
}

/** Every error that crosses the wire. The reference page is generated from this table. */
export const ERRORS = {
  bad_frame: { http: 400, close: null, retry: 'never', says: 'the frame is not one JSON object in one text frame' },
  unknown_command: { http: 400, close: null, retry: 'never', says: 'no command has this type' },
  bad_field: { http: 400, close: null, retry: 'never', says: 'a field is missing or has a value it cannot have' },
  too_many_bad_frames: { http: 400, close: 1008, retry: 'never', says: 'more frames than the limit could not be read' },
  frame_too_big: { http: 413, close: 1009, retry: 'never', says: 'the frame or body is over the size limit' },
  unauthenticated: { http: 401, close: 4401, retry: 'new-identity', says: 'nobody was recognised' },
  identity_expired: { http: 401, close: 4401, retry: 'new-identity', says: 'the identity of this connection ran out' },
  session_not_found: { http: 404, close: null, retry: 'never', says: 'no such session for this principal' },
  agent_not_found: { http: 404, close: null, retry: 'never', says: 'this server hosts no agent of that name' },
  request_not_found: { http: 404, close: null, retry: 'never', says: 'the session never made this request' },
  input_not_found: { http: 404, close: null, retry: 'never', says: 'no such input is waiting in this session' },
  schedule_not_found: { http: 404, close: null, retry: 'never', says: 'the session has no such schedule' },
  turn_not_found: { http: 404, close: null, retry: 'never', says: 'the session has no such turn' },
  not_found: { http: 404, close: null, retry: 'never', says: 'nothing is served at this address' },
  channel_in_use: { http: 409, close: null, retry: 'never', says: 'this ch already carries an attachment' },
  channel_unknown: { http: 404, close: null, retry: 'never', says: 'no attachment has this ch' },
  already_settled: {
    http: 409,
    close: null,
    retry: 'never',
    says: 'the request was answered, expired or withdrawn before',
  },
  id_reused: { http: 409, close: null, retry: 'never', says: 'a command with this id and another body came before' },
  session_closed: { http: 409, close: null, retry: 'never', says: 'the session is closed; its log can still be read' },
  session_exists: { http: 409, close: null, retry: 'never', says: 'a session with this id is there already' },
  rate_limited: { http: 429, close: 1013, retry: 'later', says: 'more frames than the limit allows' },
  too_many_connections: {
    http: 429,
    close: 1013,
    retry: 'later',
    says: 'the server holds as many connections as it may',
  },
  too_many_sessions: {
    http: 429,
    close: null,
    retry: 'later',
    says: 'the principal has as many open sessions as it may',
  },
  too_many_attachments: {
    http: 429,
    close: null,
    retry: 'later',
    says: 'the connection has as many attachments as it may',
  },
  too_many_turns: { http: 429, close: null, retry: 'later', says: 'as many turns run as may' },
  queue_full: { http: 429, close: null, retry: 'later', says: 'as many inputs wait as may' },
  forbidden: { http: 403, close: null, retry: 'never', says: 'this principal may not do that' },
  idle: { http: null, close: 4408, retry: 'now', says: 'the connection carried nothing for too long' },
  too_long: { http: null, close: 4408, retry: 'now', says: 'the connection reached the end of its allowed life' },
  going_away: { http: 503, close: 1012, retry: 'now', says: 'this node is stopping' },
  overloaded: { http: 503, close: 1013, retry: 'later', says: 'this node takes no more work now' },
  store_unavailable: { http: 503, close: null, retry: 'later', says: 'the session log cannot be written or read now' },
  internal: { http: 500, close: 1011, retry: 'later', says: 'a fault of the server' },
} as const satisfies Record<string, ErrorRow>

export type ErrorCode = keyof typeof ERRORS

interface FailureRow {
  /** Whether the same input may well succeed when it is sent again. */
  readonly retryable: boolean
  readonly says: string
}

/** Why a turn ended `failed`: the `error.code` of `turn.ended`. */
export const FAILURES = {
  agent_error: { retryable: false, says: "the agent's code threw" },
  agent_blocked: {
    retryable: true,
    says: 'the agent did not yield to the event loop in time, so its worker was replaced',
  },
  agent_out_of_memory: { retryable: false, says: "the agent's worker went over its memory bound" },
  agent_crashed: { retryable: true, says: "the agent's worker stopped in mid-turn" },
  agent_unavailable: { retryable: false, says: 'no agent of that name is loaded now' },
  output_too_big: { retryable: false, says: 'one step said more than a step may' },
  event_too_big: { retryable: false, says: 'one committed event is over the size a log takes' },
  bad_event: { retryable: false, says: 'the agent gave an event that is not in the protocol' },
  turn_too_long: { retryable: false, says: 'the turn ran for longer than a turn may' },
  max_steps: { retryable: false, says: 'the turn took as many model steps as it may and did not end' },
  turn_changed: { retryable: false, says: "the agent's code is not the one that began this turn, so it cannot go on" },
  background_misplaced: {
    retryable: false,
    says: 'a background task was begun where it could not be found again after a crash: in a step, a tool or a task',
  },
  recovery_exhausted: { retryable: false, says: 'the turn was run again as often as a turn may be' },
  no_progress: { retryable: false, says: 'the turn was run again and again without finishing another step' },
  budget_exceeded: { retryable: false, says: 'the turn or its session used what it may use' },
  request_expired: { retryable: true, says: 'nobody answered a request in time, and the turn cannot go on without' },
  model_error: { retryable: false, says: 'the model or its provider refused the call' },
  model_unavailable: { retryable: true, says: 'the model or its provider failed in a way that may pass' },
  model_stalled: { retryable: true, says: 'the model said nothing for too long, again and again' },
  node_died: { retryable: true, says: 'the process that ran the turn died' },
  node_stopped: { retryable: true, says: 'the server stopped before the turn ended' },
  store_unavailable: { retryable: true, says: 'the session log could not be written' },
} as const satisfies Record<string, FailureRow>

export type FailureCode = keyof typeof FAILURES

/** Close codes that mean "come back". 4401 among them: with a fresh identity. */
export function mayReconnect(closeCode: number): boolean {
  if (closeCode >= 4000 && closeCode <= 4499) return true
  if (closeCode >= 4500 && closeCode <= 4999) return false
  return closeCode !== 1000 && closeCode !== 1008 && closeCode !== 1009
}
