// What the console makes of views, events and outputs, without a browser: the parts of it that only compute.
import type { SessionEvent } from '@longwire/protocol'
import { emptyView, foldAll } from '@longwire/view'
import { describe, expect, test } from 'vitest'
import { needing, noticesBetween } from '../src/attention/attention.ts'
import { figureOf } from '../src/charts/figure-of.ts'
import { figureInWords } from '../src/charts/figure-words.ts'
import { lineWords } from '../src/line/line-words.ts'
import { withdrawnBetween } from '../src/line/withdrawn.ts'
import { markdownBlocks, mended } from '../src/markdown/markdown-blocks.ts'
import { asTree, turnRecord } from '../src/reasoning/turn-record.ts'
import { fieldsOf } from '../src/requests/schema-fields.ts'
import { doingOf } from '../src/talk/doing.ts'
import { turnBlocks } from '../src/talk/turn-blocks.ts'

type Loose = { type: string } & Record<string, unknown>

/** The events of one turn in order, with the numbers that a log gives. Drafts keep the number of the commit before. */
function log(...events: readonly Loose[]): SessionEvent[] {
  let [seq, sub] = [0, 0]
  return events.map((event) => {
    const isDraft = event.type.startsWith('chunk.') || event.type.endsWith('.progress')
    if (isDraft) sub += 1
    else [seq, sub] = [seq + 1, 0]
    return { at: 1_000 * seq + sub, ...event, seq, ...(isDraft ? { sub } : {}) } as unknown as SessionEvent
  })
}

const OPENED = { type: 'session.opened', session: 's', agent: 'a', tools: [], metadata: {} }
const ASKED = { type: 'input.accepted', input: 'i2', delivery: 'queue', text: 'go', by: 'me' }
const STARTED = { type: 'turn.started', turn: 't3', cause: 'input', inputs: ['i2'], attempt: 1 }
const APPLIED = { type: 'input.applied', input: 'i2', turn: 't3' }
const BEGUN = [OPENED, ASKED, STARTED, APPLIED]
const said = (step: string, ...parts: readonly object[]) => ({
  type: 'message.committed',
  turn: 't3',
  step,
  message: { role: 'assistant', parts },
})
const CALL = { type: 'tool-call', call: 'c', name: 'count', input: { n: 1 } }
const RAN = {
  type: 'tool.started',
  turn: 't3',
  step: 't3.2',
  call: 'c',
  name: 'count',
  title: 'Count',
  input: { n: 1 },
}
const DONE = { type: 'tool.finished', turn: 't3', step: 't3.2', call: 'c', outcome: 'ok', output: 2, tookMs: 5 }

describe('a turn, read from top to bottom,', () => {
  test('puts thoughts and tools between two texts together, in the order of what happened', () => {
    const view = foldAll(
      emptyView(),
      log(
        ...BEGUN,
        said('t3.1', { type: 'reasoning', text: 'hm' }, { type: 'text', text: 'I look.' }, CALL),
        RAN,
        DONE,
        said('t3.3', { type: 'reasoning', text: 'so' }, { type: 'text', text: 'Two.' }),
      ),
    )
    const blocks = turnBlocks(view.turns[0]!)
    expect(blocks.map((block) => (block.kind === 'work' ? block.items.map(({ kind }) => kind) : block.kind))).toEqual([
      'person',
      ['thought'],
      'text',
      ['tool', 'thought'],
      'text',
    ])
  })

  test('says what goes on, that it waits for a person, and when nothing came for long', () => {
    const running = foldAll(emptyView(), log(...BEGUN)).turns[0]!
    expect(doingOf(running, 5_000, 6_000, true)).toMatchObject({ what: 'Thinking', mood: 'busy' })
    expect(doingOf(running, 5_000, 60_000, true)).toMatchObject({ mood: 'stalled' })
    expect(doingOf(running, 5_000, 6_000, false)).toMatchObject({ mood: 'away' })
    const asks = { type: 'control.requested', turn: 't3', request: 'r', kind: 'approval', message: 'May I?' }
    const waiting = foldAll(emptyView(), log(...BEGUN, asks)).turns[0]!
    expect(doingOf(waiting, 5_000, 60_000, true)).toMatchObject({ mood: 'needs' })
  })

  test('tells which drafts were withdrawn, and none that was committed', () => {
    const chunk = { type: 'chunk.text', turn: 't3', step: 't3.1', part: '0', text: 'half' }
    const events = (last: Loose) => log(...BEGUN, chunk, last)
    const before = foldAll(emptyView(), events(STARTED).slice(0, -1))
    const after = (last: Loose) => foldAll(emptyView(), events(last))
    const taken = { type: 'step.rolledback', turn: 't3', step: 't3.1', reason: 'failed' }
    expect(withdrawnBetween(before, after(taken)).map(({ turn }) => turn)).toEqual(['t3'])
    expect(withdrawnBetween(before, after(said('t3.1', { type: 'text', text: 'half and half' })))).toEqual([])
  })
})

describe('the record of a turn', () => {
  const span = (fields: object) => ({ type: 'trace.span', turn: 't3', level: 'step', outcome: 'ok', ...fields })

  test('has one row for each step, with its span, input, output and what waits below it', () => {
    const events = log(
      ...BEGUN,
      RAN,
      {
        type: 'control.requested',
        turn: 't3',
        step: 't3.2',
        request: 'r',
        kind: 'approval',
        message: 'May I?',
        call: 'c',
      },
      { type: 'control.settled', turn: 't3', request: 'r', outcome: 'answered', answer: { approved: false } },
      span({ step: 't3.2', span: 's1', kind: 'tool', label: 'Counting', startedAt: 5_000, tookMs: 4_000 }),
      DONE,
    )
    const rows = asTree(turnRecord('t3', events).rows)
    expect(rows.map(({ row, depth }) => [depth, row.kind, row.label, row.outcome])).toEqual([
      [0, 'tool', 'Counting', 'ok'],
      [1, 'wait', 'Waits for approval: May I?', 'denied'],
    ])
    expect(rows[0]!.row).toMatchObject({ input: { n: 1 }, output: 2 })
  })

  test('has a bar for what was taken back, for the wait before the next try, and for the try that went well', () => {
    const events = log(
      ...BEGUN,
      { type: 'chunk.text', turn: 't3', step: 't3.1', part: '0', text: 'half' },
      { type: 'step.rolledback', turn: 't3', step: 't3.1', reason: 'provider_error' },
      span({
        step: 't3.1',
        span: 's1',
        kind: 'wait',
        label: 'Busy, trying again in 2 s',
        startedAt: 6_000,
        tookMs: 2_000,
      }),
      said('t3.1', { type: 'text', text: 'whole' }),
    )
    const rows = turnRecord('t3', events).rows.map(({ kind, label, startedAt, endedAt }) => [
      kind,
      label,
      (endedAt ?? 0) - startedAt,
    ])
    expect(rows).toMatchObject([
      ['rollback', 'Taken back, to be said anew', expect.any(Number)],
      ['pause', 'Busy, trying again in 2 s', 2_000],
      ['model', 'Model', expect.any(Number)],
    ])
  })

  test('keeps what was taken back and that the turn was run again', () => {
    const events = log(
      ...BEGUN,
      { type: 'chunk.text', turn: 't3', step: 't3.1', part: '0', text: 'half' },
      { type: 'step.rolledback', turn: 't3', step: 't3.1', reason: 'the node died' },
      { ...STARTED, attempt: 2 },
      said('t3.2', { type: 'text', text: 'whole' }),
    )
    expect(turnRecord('t3', events).rows.map(({ kind, error }) => [kind, error])).toEqual([
      ['rollback', 'the node died'],
      ['run', undefined],
      ['model', undefined],
    ])
  })
})

describe('what a tool answers', () => {
  test('is drawn as a line where it is a series, by the day', () => {
    const points = [1, 2, 3, 4].map((n) => ({ date: `2026-01-0${n}`, open: 1, close: 10 * n, volume: 9 }))
    const figure = figureOf({ name: 'Gold', currency: 'AXD', points })
    expect(figure).toMatchObject({ kind: 'series', title: 'Gold', unit: 'AXD', lines: [{ values: [10, 20, 30, 40] }] })
    expect(figureInWords(figure!)).toContain('from 10 AXD to 40 AXD')
  })

  test('is drawn as bars where it compares, and not at all where there is nothing to compare', () => {
    const groups = [
      { group: 'Energy', count: 4, averagePct: 11.3 },
      { group: 'Technology', count: 4, averagePct: -21.5 },
    ]
    expect(figureOf({ by: 'sector', groups })).toMatchObject({
      kind: 'bars',
      labels: ['Energy', 'Technology'],
      unit: '%',
      bars: [{ values: [11.3, -21.5] }],
    })
    expect(
      figureOf({
        columns: ['sector', 'total_value'],
        rows: [
          ['a', 1],
          ['b', 2],
        ],
      }),
    ).toMatchObject({ kind: 'bars' })
    for (const output of ['text', 7, null, [], {}, { rows: [{ name: 'one' }] }])
      expect(figureOf(output)).toBeUndefined()
  })
})

test('a text that grows is cut into the same blocks as one that is there at once', () => {
  const text =
    '# One\n\nTwo **three**\n\n- four\n- five\n\n```js\nsix()\n```\n\n| a | b |\n| - | - |\n| 1 | 2 |\n\nlast'
  let cut: ReturnType<typeof markdownBlocks> | undefined
  for (let end = 1; end <= text.length; end += 1) cut = markdownBlocks(text.slice(0, end), cut)
  expect(cut!.blocks).toEqual(markdownBlocks(text).blocks)
  expect(mended('Two **thr')).toBe('Two **thr**')
})

test('a schema becomes fields that a page can offer, and JSON where it cannot', () => {
  const schema = {
    type: 'object',
    required: ['ticker'],
    properties: {
      ticker: { title: 'Share', oneOf: [{ const: 'NVLT', title: 'Novalith' }] },
      quantity: { type: 'integer', minimum: 1 },
      isUrgent: { type: 'boolean' },
      rest: { type: 'object' },
    },
  }
  expect(fieldsOf(schema).map(({ label, kind, isRequired, least }) => [label, kind, isRequired, least])).toEqual([
    ['Share', 'choice', true, undefined],
    ['Quantity', 'whole-number', false, 1],
    ['Is urgent', 'yes-no', false, undefined],
    ['Rest', 'json', false, undefined],
  ])
})

test('a session that waits or has finished is told of once, and one that was not known before is not', () => {
  const info = (session: string, status: string) => ({ session, status, agent: 'a', metadata: {} }) as never
  const before = [info('one', 'running'), info('two', 'running'), info('three', 'idle')]
  const now = [info('one', 'waiting'), info('two', 'idle'), info('three', 'idle'), info('four', 'waiting')]
  const told = noticesBetween(before, now).map(({ kind, session }) => [kind, session.session])
  expect(told).toEqual([
    ['needs', 'one'],
    ['finished', 'two'],
  ])
  expect(noticesBetween(now, now)).toEqual([])
  expect(needing(now)).toBe(2)
})

test('the line is told in words that need no knowledge of sockets', () => {
  const waiting = { kind: 'waiting', attempt: 2, wire: 'websocket', until: 5_000, why: 'cut' } as const
  expect(lineWords(waiting, 1_000, true)).toMatchObject({ mood: 'away', short: 'Reconnecting in 4 s' })
  expect(lineWords(waiting, 1_000, false)).toMatchObject({ mood: 'away', short: 'Offline' })
  const online = { kind: 'online', attempt: 1, since: 0, connection: 'c', principal: 'p', heartbeatMs: 1 } as const
  expect(lineWords({ ...online, wire: 'websocket' }, 0, true).short).toBe('Live')
  expect(lineWords({ ...online, wire: 'poll' }, 0, true).short).toBe('Live, by detour')
})
