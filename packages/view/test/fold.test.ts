import type { SessionEvent } from '@longwire/protocol'
import * as view from '@longwire/view'
import { emptyView, fold, foldAll, lastTurns, type SessionView, type SpanView, StubNotFetched } from '@longwire/view'
import { expect, test } from 'vitest'

const opened: SessionEvent = {
  type: 'session.opened',
  seq: 1,
  at: 1,
  session: 's',
  agent: 'a',
  tools: [],
  metadata: {},
}

/** A session of so many turns, each with a short answer; the last one still runs. */
function sessionOf(turns: number): SessionView {
  const events: SessionEvent[] = [opened]
  for (let number = 1; number <= turns; number += 1) {
    const turn = `t${number}`
    const at = number * 10
    events.push({ type: 'turn.started', seq: events.length + 1, at, turn, cause: 'input', inputs: [], attempt: 1 })
    if (number === turns) break
    events.push({ type: 'turn.ended', seq: events.length + 1, at, turn, outcome: 'completed', finishReason: 'stop' })
  }
  return foldAll(emptyView(), events)
}

test('the exports of @longwire/view are these', () => {
  expect(Object.keys(view).sort()).toEqual(['StubNotFetched', 'emptyView', 'fold', 'foldAll', 'lastTurns'])
})

test('[V1] the empty view stands before everything', () => {
  expect(emptyView()).toMatchObject({ at: '0', status: 'idle', turns: [] })
})

test('[V9] a stub is refused by name, with the address to fetch it from', () => {
  const stub = {
    type: 'message.committed',
    seq: 2,
    at: 1,
    turn: 't1',
    step: 's1',
    bytes: 70_000,
    href: '/v1/x',
  } as never
  const before = sessionOf(1)
  expect(() => fold(before, { ...(stub as SessionEvent), seq: 3 })).toThrow(StubNotFetched)
  expect(() => fold(before, { ...(stub as SessionEvent), seq: 3 })).toThrow(
    'the commit at 3 is a stub: fetch /v1/x first',
  )
  expect(fold(before, stub)).toBe(before)
})

test('a value that is no view is refused', () => {
  expect(() => fold({ ...emptyView(), at: 'nowhere' }, opened)).toThrow('not a view: its place is "nowhere"')
})

test('[V5] ten thousand chunks fold into a view of twenty turns in well under a second, and share what they do not touch', () => {
  const before = sessionOf(20)
  const seq = Number(before.at)
  const started = performance.now()
  let after = before
  for (let sub = 1; sub <= 10_000; sub += 1) {
    after = fold(after, { type: 'chunk.text', seq, sub, at: 1, turn: 't20', step: 's1', part: '0', text: 'word ' })
  }
  // About 25 ms on an idle core; a copy of the view for each chunk would take many seconds.
  expect(performance.now() - started).toBeLessThan(1_000)
  expect(after.turns.at(-1)?.messages[0]?.parts[0]).toEqual({ type: 'text', id: '0', text: 'word '.repeat(10_000) })
  for (const [index, turn] of before.turns.slice(0, 19).entries()) expect(after.turns[index]).toBe(turn)
})

test('[V32] a chain of a thousand spans is shown whole, and no deeper than 64', () => {
  const events = Array.from(
    { length: 1_000 },
    (_, index): SessionEvent => ({
      type: 'trace.span',
      seq: index + 3,
      at: 1,
      turn: 't1',
      span: `p${index}`,
      ...(index > 0 && { parent: `p${index - 1}` }),
      level: 'debug',
      kind: 'custom',
      label: 'nested',
      outcome: 'ok',
      startedAt: 1,
      tookMs: 0,
    }),
  )
  for (const order of [events, events.toReversed().map((event, index) => ({ ...event, seq: index + 3 }))]) {
    const trace = foldAll(sessionOf(1), order).turns[0]!.trace
    expect(countOf(trace)).toBe(1_000)
    expect(depthOf(trace)).toBe(64)
  }
})

test('[V40] a view is cut to its last turns, with the tasks that were over before them, and says how many came earlier', () => {
  const tasks = [
    { task: 'k1', label: 'over', startedAt: 15, outcome: 'ok' as const },
    { task: 'k2', label: 'runs', startedAt: 15 },
    { task: 'k3', label: 'over, but later', startedAt: 30, outcome: 'ok' as const },
  ]
  const whole = { ...sessionOf(5), tasks }
  const cut = lastTurns(whole, 3)
  expect(cut).toEqual({ ...whole, turns: whole.turns.slice(2), earlier: 2, tasks: [tasks[1], tasks[2]] })
  expect(lastTurns(cut, 2).earlier).toBe(3)
  expect(lastTurns(cut, 3)).toBe(cut)
  expect(lastTurns(whole, 5)).toBe(whole)
})

test.each([0, -1, 1.5, Number.NaN])('[V40] a view cannot be cut to %s turns', (count) => {
  expect(() => lastTurns(emptyView(), count)).toThrow(RangeError)
})

function countOf(spans: readonly SpanView[]): number {
  return spans.reduce((sum, { children }) => sum + 1 + countOf(children), 0)
}

function depthOf(spans: readonly SpanView[]): number {
  return spans.reduce((deepest, { children }) => Math.max(deepest, 1 + depthOf(children)), 0)
}
