import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { HistoryEntry } from '../src/boundary/messages.ts'
import { promptOf } from '../src/loop/prompt.ts'

const never = () => false

const call = fc.record({
  type: fc.constant('tool-call' as const),
  call: fc.constantFrom('c1', 'c2', 'c3'),
  name: fc.constant('add'),
  input: fc.constantFrom({ a: 1 }, 'not json', null, []),
})
const text = fc.record({
  type: fc.constantFrom('text' as const, 'reasoning' as const),
  text: fc.constantFrom('', 'hi'),
})
const result = fc.record({
  call: fc.constantFrom('c1', 'c2', 'c3', 'c9'),
  name: fc.constant('add'),
  outcome: fc.constantFrom('ok' as const, 'error' as const, 'denied' as const, 'cancelled' as const),
})
const entry = fc.oneof(
  fc.record({
    role: fc.constant('user' as const),
    turn: fc.constant('t'),
    parts: fc.array(fc.record({ type: fc.constant('text' as const), text: fc.constantFrom('', 'hey') }), {
      maxLength: 2,
    }),
  }),
  fc.record({
    role: fc.constant('assistant' as const),
    turn: fc.constant('t'),
    partial: fc.boolean(),
    parts: fc.array(fc.oneof(text, call), { maxLength: 4 }),
  }),
  fc.record({
    role: fc.constant('tool' as const),
    turn: fc.constant('t'),
    results: fc.array(result, { maxLength: 3 }),
  }),
)

test('[G23] whatever the history holds, each call is followed by one result and no message is empty', () => {
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 12 }), (history) => {
      const prompt = promptOf(undefined, history as readonly HistoryEntry[], never)
      prompt.forEach((message, i) => {
        expect(message.content.length).toBeGreaterThan(0)
        if (message.role === 'assistant') {
          const called = message.content.flatMap((part) => (part.type === 'tool-call' ? [part.toolCallId] : []))
          const next = prompt[i + 1]
          const answered =
            next?.role === 'tool' ? next.content.map((part) => 'toolCallId' in part && part.toolCallId) : []
          expect(answered).toEqual(called)
        }
        if (message.role === 'tool') expect(prompt[i - 1]?.role).toBe('assistant')
      })
    }),
    { numRuns: 300 },
  )
})

test('[G23] a call that never finished has an error for a result, and one that was denied says so', () => {
  const prompt = promptOf(
    'Be kind.',
    [
      { role: 'user', turn: 't', parts: [{ type: 'text', text: 'go' }], context: { page: 7 } },
      {
        role: 'assistant',
        turn: 't',
        partial: true,
        parts: [
          { type: 'text', text: 'I will', provider: { x: { cache: 1 } } },
          { type: 'tool-call', call: 'c1', name: 'add', input: '{"a":' },
          { type: 'tool-call', call: 'c2', name: 'add', input: { a: 1 } },
        ],
      },
      { role: 'user', turn: 't', parts: [{ type: 'data', name: 'cell', data: [1] }] },
      { role: 'tool', turn: 't', results: [{ call: 'c2', name: 'add', outcome: 'denied', error: 'too much' }] },
    ],
    never,
  )
  expect(prompt).toEqual([
    { role: 'system', content: 'Be kind.' },
    { role: 'user', content: [text_('go'), text_('Context: {"page":7}')] },
    {
      role: 'assistant',
      content: [
        { type: 'text', text: 'I will', providerOptions: { x: { cache: 1 } } },
        { type: 'tool-call', toolCallId: 'c1', toolName: 'add', input: {} },
        { type: 'tool-call', toolCallId: 'c2', toolName: 'add', input: { a: 1 } },
      ],
    },
    {
      role: 'tool',
      content: [
        {
          type: 'tool-result',
          toolCallId: 'c1',
          toolName: 'add',
          output: { type: 'error-text', value: 'this call was not finished' },
        },
        {
          type: 'tool-result',
          toolCallId: 'c2',
          toolName: 'add',
          output: { type: 'execution-denied', reason: 'too much' },
        },
      ],
    },
    { role: 'user', content: [text_('cell: [1]')] },
  ])
})

test('[G29] a file by address goes to a model that reads it by itself, and is a line of text for others', () => {
  const file = { type: 'file', mediaType: 'image/png', name: 'p.png', url: 'http://169.254.169.254/secret' } as const
  const history: HistoryEntry[] = [{ role: 'user', turn: 't', parts: [file] }]
  expect(promptOf(undefined, history, never)).toEqual([
    {
      role: 'user',
      content: [text_('[a file that cannot be read here: p.png, image/png, http://169.254.169.254/secret]')],
    },
  ])
  expect(promptOf(undefined, history, () => true)).toEqual([
    {
      role: 'user',
      content: [
        { type: 'file', mediaType: 'image/png', filename: 'p.png', data: { type: 'url', url: new URL(file.url) } },
      ],
    },
  ])
})

function text_(text: string) {
  return { type: 'text', text }
}
