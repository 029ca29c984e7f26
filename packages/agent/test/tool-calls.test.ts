import { LIMITS } from '@longwire/protocol'
import { expect, test } from 'vitest'
import { defineAgent } from '../src/define-agent.ts'
import { InProcessHost } from '../src/host/in-process-host.ts'
import { type ToolContext, type ToolSet, tool } from '../src/tool.ts'
import type { Turn } from '../src/turn/turn.ts'
import { play, Recorder, stillClock, turnOf } from './recorder.ts'
import { calls, done, promptOfCall, says, scriptedModel } from './scripted-model.ts'
import { add, forever, one, pause, thinker } from './thinker.ts'

test('[G21] tool calls are streamed, logged as started, run, and answered to the model, each a step of its own', async () => {
  const model = scriptedModel(
    [...calls('c1', 'add', { a: 1, b: 2 }), ...calls('c2', 'add', { a: 3, b: 4 }), done('tool-calls')],
    [...says('3 and 7'), done()],
  )
  const said = await play(thinker(model))
  expect(said.items[0]).toEqual(['message.committed', 'trace.span', 'tool.started', 'tool.started'])
  expect(said.drafts[0]).toMatchObject({ head: { type: 'chunk.tool', call: 'c1', name: 'add' } })
  expect(said.drafts[0]!.pieces.join('')).toBe('{"a":1,"b":2}')
  expect(said.of('tool.started')).toMatchObject([
    { step: 't1.2', call: 'c1', name: 'add', title: 'Add', input: { a: 1, b: 2 } },
    { step: 't1.3', call: 'c2' },
  ])
  expect(said.of('tool.finished')).toMatchObject([
    { step: 't1.2', call: 'c1', outcome: 'ok', output: 3 },
    { step: 't1.3', call: 'c2', outcome: 'ok', output: 7 },
  ])
  expect(said.of('trace.span').map(({ kind, level, label }) => [kind, level, label])).toEqual([
    ['model', 'step', 'scripted:one'],
    ['tool', 'milestone', 'Adding 1 and 2'],
    ['tool', 'milestone', 'Adding 3 and 4'],
    ['model', 'step', 'scripted:one'],
  ])
  expect(promptOfCall(model, 1).slice(2)).toMatchObject([
    { role: 'assistant', content: [{ type: 'tool-call', toolCallId: 'c1' }, { toolCallId: 'c2' }] },
    {
      role: 'tool',
      content: [
        { type: 'tool-result', toolCallId: 'c1', output: { type: 'json', value: 3 } },
        { toolCallId: 'c2', output: { value: 7 } },
      ],
    },
  ])
  expect(said.end).toMatchObject({ usage: { inputTokens: 20, outputTokens: 10 } })
})

test('[G21] what the tools answered is told to the author as well, in the order of the calls', async () => {
  const model = scriptedModel(
    [...calls('c1', 'add', { a: 1, b: 2 }), ...calls('c2', 'nothing', {}), done('tool-calls')],
    [...calls('c3', 'add', { a: 3, b: 4 }), done('tool-calls')],
    [...says('3 and 7'), done()],
  )
  let results: unknown
  const run = async (turn: Turn) => {
    ;({ results } = await turn.generate())
  }
  await play(defineAgent({ name: 'a', model, tools: { add }, run }))
  expect(results).toEqual([
    { call: 'c1', name: 'add', outcome: 'ok', output: 3 },
    { call: 'c2', name: 'nothing', outcome: 'error', error: expect.stringContaining('no tool «nothing»') },
    { call: 'c3', name: 'add', outcome: 'ok', output: 7 },
  ])
})

test('[G21] no tool runs before all calls of the message are in the log, and then they run side by side', async () => {
  const running = new Set<number>()
  let most = 0
  const slow = one({
    execute: (async ({ a }: { a: number }) => {
      running.add(a)
      most = Math.max(most, running.size)
      await pause(2)
      running.delete(a)
    }) as never,
  })
  const script = [...calls('c1', 'add', { a: 1, b: 0 }), ...calls('c2', 'add', { a: 2, b: 0 }), done('tool-calls')]
  const host = await InProcessHost.open([thinker(scriptedModel(script, [...says('ok'), done()]), slow)])
  const session = new Recorder(host, turnOf('a'), { stores: false })
  await session.until(({ items }) => items.length === 1)
  await pause(5)
  expect(most).toBe(0)
  session.run.stored(1)
  expect(await session.ending).toMatchObject({ outcome: 'completed' })
  expect(most).toBe(2)
})

const late = stillClock()
const refusals: [string, string, unknown, ToolSet, string][] = [
  ['a tool that is not there', 'nope', {}, { add }, 'there is no tool «nope»; the tools are: add'],
  ['input that is not JSON', 'add', '{"a":', { add }, 'the input is not JSON'],
  ['input that does not fit', 'add', { a: 'x', b: 1 }, { add }, 'the input does not fit: a: '],
  ['code that throws', 'add', { a: 1, b: 1 }, one({ execute: () => fail('no luck') }), 'no luck'],
  [
    'code that rejects',
    'add',
    { a: 1, b: 1 },
    one({ execute: (() => Promise.reject(new Error('no'))) as never }),
    'no',
  ],
  [
    'a tool that takes too long',
    'add',
    { a: 1, b: 1 },
    one({ execute: forever as never, timeout: 50 }),
    'longer than 50 ms',
  ],
  ['an output that is not JSON', 'add', { a: 1, b: 1 }, one({ execute: (() => new Date()) as never }), 'is a Date'],
  [
    'an output that no log takes',
    'add',
    { a: 1, b: 1 },
    one({ execute: (() => 'x'.repeat(LIMITS.commitBytes)) as never }),
    'too big',
  ],
]
test.each(refusals)('[G22] %s is a result that goes back to the model', async (_, name, input, tools, error) => {
  const model = scriptedModel([...calls('c1', name, input), done('tool-calls')], [...says('I see'), done()])
  const said = await play(thinker(model, tools), { host: { clock: late.clock } })
  expect(said.end.outcome).toBe('completed')
  expect(said.of('tool.started')).toHaveLength(1)
  expect(said.of('tool.finished')).toMatchObject([
    { call: 'c1', outcome: 'error', error: expect.stringContaining(error) },
  ])
  const [answer] = promptOfCall(model, 1).at(-1)!.content as { output: unknown }[]
  expect(answer!.output).toMatchObject({ type: 'error-text', value: expect.stringContaining(error) })
})

test('[G24] calls that a provider numbers anew in every answer get ids of their own', async () => {
  const model = scriptedModel(
    [...calls('call_0', 'add', { a: 1, b: 1 }), ...calls('', 'add', { a: 2, b: 2 }), done('tool-calls')],
    [...calls('call_0', 'add', { a: 3, b: 3 }), done('tool-calls')],
    [...says('ok'), done()],
  )
  const before = [
    { role: 'assistant', turn: 't0', parts: [{ type: 'tool-call', call: 'call_0', name: 'add', input: {} }] },
  ]
  const said = await play(thinker(model), { start: { history: before as never } })
  const ids = said.of('tool.started').map(({ call }) => call)
  expect(ids).toEqual(['t1_1_1', 't1_1_2', 't1_4_1'])
  expect(said.of('tool.finished').map(({ call, output }) => [call, output])).toEqual([
    ['t1_1_1', 2],
    ['t1_1_2', 4],
    ['t1_4_1', 6],
  ])
})

test('[G17] a tool tells how far it is, and what it traces stands below its call', async () => {
  const searching = {
    add: tool({
      ...add,
      span: 'search',
      execute: async (_, { progress, trace, call, principal }) => {
        progress(0.5, 'half of it')
        await pause(2)
        trace.note(`${call} for ${principal}`)
        return 2
      },
    }),
  }
  const model = scriptedModel([...calls('c1', 'add', { a: 1, b: 1 }), done('tool-calls')], [...says('ok'), done()])
  const said = await play(thinker(model, searching))
  const spans = said.of('trace.span')
  const call = spans.find(({ kind }) => kind === 'search')!
  expect(call).toMatchObject({ label: 'Adding 1 and 1', fraction: 0.5 })
  expect(spans.find(({ label }) => label === 'c1 for ann')).toMatchObject({ parent: call.span, step: 't1.2' })
  expect(said.progress).toContainEqual(expect.objectContaining({ span: call.span, fraction: 0.5, label: 'half of it' }))
})

test('[G17] of a span that moves many times in one tick only the last is carried', async () => {
  const counting = one({
    execute: ((_: unknown, { progress }: ToolContext) => {
      for (let i = 0; i <= 100; i++) progress(i / 100)
    }) as never,
  })
  const model = scriptedModel([...calls('c1', 'add', { a: 1, b: 1 }), done('tool-calls')], [...says('ok'), done()])
  const said = await play(thinker(model, counting))
  const fractions = said.progress.filter(({ kind }) => kind === 'tool').map(({ fraction }) => fraction)
  expect(fractions.length).toBeLessThanOrEqual(2)
  expect(fractions.at(-1)).toBe(1)
})

function fail(message: string): never {
  throw new Error(message)
}
