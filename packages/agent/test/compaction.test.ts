import fc from 'fast-check'
import { expect, test } from 'vitest'
import { z } from 'zod'
import type { HistoryEntry } from '../src/boundary/messages.ts'
import { defineAgent } from '../src/define-agent.ts'
import { dropOldest } from '../src/loop/compaction.ts'
import { estimateEntries } from '../src/loop/token-estimate.ts'
import { calls, scripted, testAgent } from '../src/testing/index.ts'
import { tool } from '../src/tool.ts'

const user = (turn: string, text: string): HistoryEntry => ({ role: 'user', turn, parts: [{ type: 'text', text }] })
const assistant = (turn: string, text: string): HistoryEntry => ({
  role: 'assistant',
  turn,
  parts: [{ type: 'text', text }],
})
const exchange = (turn: string, call: string, output: string): HistoryEntry[] => [
  { role: 'assistant', turn, parts: [{ type: 'tool-call', call, name: 'search', input: { q: call } }] },
  { role: 'tool', turn, results: [{ call, name: 'search', outcome: 'ok', output }] },
]
const bounds = (maxTokens: number) => ({ maxTokens, estimate: estimateEntries, signal: new AbortController().signal })

test('[G54] a conversation that is too long for the model loses its oldest turns, and a line says what they were about', async () => {
  const history = Array.from({ length: 50 }, (_, i) => [
    user(`t${i}`, `question ${i}`),
    assistant(`t${i}`, 'x'.repeat(400)),
  ]).flat()
  const model = scripted(['ok'])
  const agent = defineAgent({
    name: 'a',
    model: 'anthropic:none',
    instructions: 'Be brief.',
    context: { maxTokens: 1_000 },
  })
  const run = await testAgent(agent, { model, history, input: 'and now?' })
  const [system, summary, ...kept] = model.calls[0]!.prompt
  expect(system).toEqual({ role: 'system', content: 'Be brief.' })
  expect(JSON.stringify(summary)).toMatch(/Left out here.*parts of \d\d earlier turns.*«question 4\d»/)
  expect(kept.length).toBeGreaterThan(4)
  expect(JSON.stringify(kept.at(-1))).toContain('and now?')
  expect(kept[0]).toMatchObject({ role: 'user' })
  expect(run.outcome).toBe('completed')
})

test('[G54] one that fits is sent as it is', async () => {
  const conversation = [user('t1', 'hello'), assistant('t1', 'hi')]
  const model = scripted(['ok'])
  await testAgent(defineAgent({ name: 'a', model: 'anthropic:none' }), { model, history: conversation, input: 'bye' })
  expect(model.calls[0]!.prompt).toHaveLength(3)
})

test('[G54] within one long turn the oldest exchanges go, what the person said stays, and long results are cut', () => {
  const turn = [
    user('t1', 'find it'),
    ...exchange('t1', 'c1', 'a'.repeat(8_000)),
    ...exchange('t1', 'c2', 'b'.repeat(40_000)),
  ]
  const kept = dropOldest(turn, bounds(1_000)) as HistoryEntry[]
  expect(kept.map(({ role }) => role)).toEqual(['user', 'user', 'assistant', 'tool'])
  expect(kept[1]).toBe(turn[0])
  expect(JSON.stringify(kept[3])).toMatch(/b… \[3\d\d\d\d more characters are left out here\]/)
  expect(estimateEntries(kept)).toBeLessThanOrEqual(1_000)
})

const entry = fc.record({ words: fc.integer({ min: 0, max: 400 }), calls: fc.integer({ min: 0, max: 3 }) })
const turns = fc.array(fc.array(entry, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 8 })

test('[G55] whatever is dropped, no call is kept without its result, no result without its call, and the order stays', () => {
  fc.assert(
    fc.property(turns, fc.integer({ min: 0, max: 2_000 }), (spec, maxTokens) => {
      const conversation = spec.flatMap((steps, t) => [
        user(`t${t}`, `question ${t}`),
        ...steps.flatMap(({ words, calls }, s) =>
          calls === 0
            ? [assistant(`t${t}`, 'word '.repeat(words))]
            : exchange(`t${t}`, `c${t}_${s}`, 'word '.repeat(words)),
        ),
      ])
      const kept = dropOldest(conversation, bounds(maxTokens)) as HistoryEntry[]
      const called = kept.flatMap((each) =>
        each.role === 'assistant' ? each.parts.flatMap((part) => (part.type === 'tool-call' ? [part.call] : [])) : [],
      )
      const answered = kept.flatMap((each) => (each.role === 'tool' ? each.results.map(({ call }) => call) : []))
      expect(answered).toEqual(called)
      const places = kept
        .filter((each) => each.role !== 'tool')
        .map((each) => conversation.indexOf(each))
        .filter((at) => at >= 0)
      expect(places).toEqual([...places].sort((a, b) => a - b))
      expect(kept).toContain(conversation.findLast(({ role }) => role === 'user'))
    }),
    { numRuns: 300 },
  )
})

test('[G56] an author’s own policy decides what the model is sent, and the log keeps everything', async () => {
  const big = tool({ description: 'big', inputSchema: z.object({}), execute: () => 'y'.repeat(4_000) })
  const seen: number[] = []
  const agent = defineAgent({
    name: 'a',
    model: 'anthropic:none',
    tools: { big },
    context: {
      maxTokens: 500,
      policy: async (conversation, { maxTokens, estimate }) => {
        seen.push(estimate(conversation))
        expect(maxTokens).toBeLessThan(500)
        return [conversation[0]!, { role: 'user', turn: 't3', parts: [{ type: 'text', text: 'It was long.' }] }]
      },
    },
  })
  const model = scripted([calls('big'), 'ok'])
  const run = await testAgent(agent, { model })
  expect(seen).toEqual([expect.any(Number)])
  expect(JSON.stringify(model.calls[1]!.prompt)).toContain('It was long.')
  expect(run.calls[0]!.output).toHaveLength(4_000)
})
