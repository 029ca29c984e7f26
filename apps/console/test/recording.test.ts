import type { SessionEvent } from '@longwire/protocol'
import { emptyView, foldAll } from '@longwire/view'
import { describe, expect, test } from 'vitest'
import { eventsPassed, fixtureOf, NoRecording, parseRecording, Recording } from '../src/inspector/recording.ts'

function talk(turns: number): SessionEvent[] {
  const opened = { type: 'session.opened', session: 'ses_1', agent: 'parrot', tools: [], metadata: {} }
  const events: Record<string, unknown>[] = [{ ...opened, seq: 1, at: 1_000 }]
  for (let n = 0; n < turns; n += 1) {
    const seq = 2 + 3 * n
    const turn = `t${seq}`
    const at = 1_000 + 100 * seq
    const message = { role: 'assistant', parts: [{ type: 'text', text: `${n}` }] }
    events.push(
      { type: 'turn.started', seq, at, turn, cause: 'input', inputs: [], attempt: 1 },
      { type: 'chunk.text', seq, sub: 1, at: at + 10, turn, step: `${turn}.1`, part: '0', text: `${n}` },
      { type: 'message.committed', seq: seq + 1, at: at + 20, turn, step: `${turn}.1`, message },
      { type: 'turn.ended', seq: seq + 2, at: at + 30, turn, outcome: 'completed', finishReason: 'stop' },
    )
  }
  return events as unknown as SessionEvent[]
}

describe('a recording', () => {
  test('gives the view at each of its events, whichever way one moves through it', () => {
    const events = talk(200)
    const recording = new Recording(events)
    const places = [0, 1, 250, 251, 800, 3, 799, 249, 500, events.length + 5]
    for (const at of places) expect(recording.viewAfter(at)).toEqual(foldAll(emptyView(), events.slice(0, at)))
  })

  test('says when each event was', () => {
    const recording = new Recording(talk(2))
    expect(recording.elapsed(0)).toBe(0)
    expect(recording.elapsed(3)).toBe(210)
  })

  test.each([
    ['an export', (events: unknown[]) => JSON.stringify({ session: 'ses_1', events })],
    ['an array', (events: unknown[]) => JSON.stringify(events)],
    ['lines', (events: unknown[]) => events.map((event) => JSON.stringify(event)).join('\n')],
    ['a fixture', (events: unknown[]) => fixtureOf(events as SessionEvent[], 'a talk')],
  ])('is read from %s', (_, print) => {
    const events = talk(2)
    expect(parseRecording(print(events)).events).toEqual(events)
  })

  test.each([
    ['what is not JSON', 'hello'],
    ['no events', '[]'],
    ['what is no event', '[{"type":"turn.started"}]'],
    ['events out of order', JSON.stringify(talk(1).reverse())],
  ])('is refused where it is %s, with what is wrong', (_, text) => {
    expect(() => parseRecording(text)).toThrow(NoRecording)
  })

  test('of what passed on a page holds the events of one session, once, with its drafts', () => {
    const frame = (body: unknown, way: 'in' | 'out' | 'line' = 'in') => ({ way, text: JSON.stringify(body) })
    const [opened, started, chunk, message] = talk(1)
    const passed = [
      frame({ type: 'attached', ch: 1, session: 'ses_1' }),
      frame({ type: 'attached', ch: 2, session: 'ses_2' }),
      frame({ ch: 1, ...opened }),
      frame({ ch: 2, ...opened }),
      frame({ ch: 1, ...started }),
      frame({ type: 'input', ch: 1, text: 'x' }, 'out'),
      frame({ ch: 1, ...chunk }),
      { way: 'line' as const, text: 'The WebSocket closed with 1006.' },
      frame({ type: 'attached', ch: 3, session: 'ses_1' }),
      frame({ ch: 3, ...chunk }),
      frame({ ch: 3, ...message }),
    ].map((each, index) => ({ ...each, n: index + 1, at: index }))
    expect(eventsPassed(passed, 'ses_1').events).toEqual([opened, started, chunk, message])
    expect(() => eventsPassed(passed, 'ses_3')).toThrow('nothing of this session has passed')
  })
})
