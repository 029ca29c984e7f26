// The events of one short session, as a server sends them.
export const opened = { type: 'session.opened', seq: 1, at: 1, session: 's', agent: 'echo', tools: [], metadata: {} }
export const accepted = (seq: number, input: string, text: string) => ({
  type: 'input.accepted',
  seq,
  at: seq,
  input,
  delivery: 'queue',
  text,
  by: 'local',
})
const started = (seq: number, turn: string, input: string) => ({
  type: 'turn.started',
  seq,
  at: seq,
  turn,
  cause: 'input',
  inputs: [input],
  attempt: 1,
})
const applied = (seq: number, turn: string, input: string) => ({
  type: 'input.applied',
  seq,
  at: seq,
  input,
  turn,
})
export const chunk = (seq: number, sub: number, text: string, step = 'st1', turn = 't1') => ({
  type: 'chunk.text',
  seq,
  sub,
  at: seq,
  turn,
  step,
  part: 'p',
  text,
})
export const committed = (seq: number, text: string, step = 'st1', turn = 't1') => ({
  type: 'message.committed',
  seq,
  at: seq,
  turn,
  step,
  message: { role: 'assistant', parts: [{ type: 'text', text }] },
})
export const rolledBack = (seq: number, step = 'st1', turn = 't1') => ({
  type: 'step.rolledback',
  seq,
  at: seq,
  turn,
  step,
  reason: 'retry',
})
export const ended = (seq: number, outcome: string, more: object = {}, turn = 't1') => ({
  type: 'turn.ended',
  seq,
  at: seq,
  turn,
  outcome,
  finishReason: 'stop',
  ...more,
})
/** The events that begin a turn on the input, in order: accepted, started, applied. */
export const begun = (seq: number, input = 'in1', text = 'hi', turn = 't1') => [
  accepted(seq, input, text),
  started(seq + 1, turn, input),
  applied(seq + 2, turn, input),
]
/** On a channel. */
export const on = (ch: number, ...events: object[]) => events.map((event) => ({ ch, ...event }))
