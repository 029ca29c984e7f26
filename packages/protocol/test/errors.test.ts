import { ERRORS, type ErrorCode, FAILURES, mayReconnect, type Retry } from '@longwire/protocol'
import { describe, expect, test } from 'vitest'

/** The rows that version 1 fixes: HTTP status, close code, retry. */
const FIXED: { readonly [code in ErrorCode]?: readonly [http: number | null, close: number | null, retry: Retry] } = {
  bad_frame: [400, null, 'never'],
  unknown_command: [400, null, 'never'],
  bad_field: [400, null, 'never'],
  too_many_bad_frames: [400, 1008, 'never'],
  frame_too_big: [413, 1009, 'never'],
  unauthenticated: [401, 4401, 'new-identity'],
  identity_expired: [401, 4401, 'new-identity'],
  session_not_found: [404, null, 'never'],
  agent_not_found: [404, null, 'never'],
  request_not_found: [404, null, 'never'],
  input_not_found: [404, null, 'never'],
  channel_in_use: [409, null, 'never'],
  channel_unknown: [404, null, 'never'],
  already_settled: [409, null, 'never'],
  id_reused: [409, null, 'never'],
  session_closed: [409, null, 'never'],
  rate_limited: [429, 1013, 'later'],
  too_many_sessions: [429, null, 'later'],
  too_many_attachments: [429, null, 'later'],
  queue_full: [429, null, 'later'],
  forbidden: [403, null, 'never'],
  idle: [null, 4408, 'now'],
  too_long: [null, 4408, 'now'],
  going_away: [503, 1012, 'now'],
  overloaded: [503, 1013, 'later'],
  internal: [500, 1011, 'later'],
}

test.each(Object.entries(FIXED))('[E1] %s has the status, close code and retry of version 1', (code, row) => {
  const { http, close, retry } = ERRORS[code as ErrorCode]
  expect([http, close, retry]).toEqual(row)
})

describe.each(Object.entries(ERRORS))('[E5] %s', (_, { http, close, retry, says }) => {
  test('says what it means, and travels one way at least', () => {
    expect(says).not.toBe('')
    expect(http ?? close).not.toBeNull()
  })

  test('closes with a code that agrees with its retry', () => {
    if (close === null) return
    expect(mayReconnect(close)).toBe(retry !== 'never')
    expect(close === 4401).toBe(retry === 'new-identity')
  })

  test('has a status that a client of HTTP understands the same way', () => {
    if (http !== null) expect(http === 429 || http >= 500).toBe(retry === 'later' || retry === 'now')
  })
})

test.each([4000, 4401, 4408, 4499, 1001, 1006, 1011, 1012, 1013])('[E5] close code %i means come back', (code) => {
  expect(mayReconnect(code)).toBe(true)
})

test.each([4500, 4999, 1008, 1009])('[E5] close code %i means do not come back', (code) => {
  expect(mayReconnect(code)).toBe(false)
})

test('the codes of errors and of failed turns are these; a new one is a decision', () => {
  expect(Object.keys(ERRORS).sort().join(' ')).toMatchInlineSnapshot(
    `"agent_not_found already_settled bad_field bad_frame channel_in_use channel_unknown forbidden frame_too_big going_away id_reused identity_expired idle input_not_found internal not_found overloaded queue_full rate_limited request_not_found schedule_not_found session_closed session_exists session_not_found store_unavailable too_long too_many_attachments too_many_bad_frames too_many_connections too_many_sessions too_many_turns turn_not_found unauthenticated unknown_command"`,
  )
  expect(Object.keys(FAILURES).sort().join(' ')).toMatchInlineSnapshot(
    `"agent_blocked agent_crashed agent_error agent_out_of_memory agent_unavailable background_misplaced bad_event budget_exceeded event_too_big max_steps model_error model_stalled model_unavailable no_progress node_died node_stopped output_too_big recovery_exhausted request_expired store_unavailable turn_changed turn_too_long"`,
  )
})
