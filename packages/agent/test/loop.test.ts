import { APICallError, type LanguageModelV3, type LanguageModelV4StreamPart } from '@ai-sdk/provider'
import { LIMITS } from '@longwire/protocol'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { defineAgent } from '../src/define-agent.ts'
import { InProcessHost } from '../src/host/in-process-host.ts'
import { type ToolContext, type ToolOptions, type ToolSet, tool } from '../src/tool.ts'
import type { Generated } from '../src/turn/turn.ts'
import { asked, play, Recorder, stillClock, turnOf } from './recorder.ts'
import { calls, done, promptOfCall, says, scriptedModel, thinks } from './scripted-model.ts'

const add = tool({
  description: 'adds',
  title: 'Add',
  inputSchema: z.object({ a: z.number(), b: z.number() }),
  execute: ({ a, b }) => a + b,
  milestone: ({ a, b }) => `Adding ${a} and ${b}`,
})

const thinker = (model: ReturnType<typeof scriptedModel>, tools: ToolSet = { add }, more = {}) =>
  defineAgent({ name: 'a', model, instructions: 'Be brief.', tools, ...more })

const one = (options: Partial<ToolOptions<never, never>>) => ({
  add: tool({ ...add, ...(options as object) }),
})

test('[G20] a model call streams its parts and is one append of its message, usage and span', async () => {
  const model = scriptedModel([...thinks('I ', 'know'), ...says('Hel', 'lo'), done()])
  const said = await play(thinker(model))
  expect(said.items).toEqual([['message.committed', 'trace.span']])
  expect(said.of('message.committed')[0]).toMatchObject({
    step: 't1.1',
    usage: { inputTokens: 10, outputTokens: 5 },
    message: {
      parts: [
        { type: 'reasoning', text: 'I know', provider: { scripted: { signature: 'sig' } } },
        { type: 'text', text: 'Hello' },
      ],
    },
  })
  expect(said.drafts.map(({ head, pieces }) => [head.type, head.part, pieces])).toEqual([
    ['chunk.reasoning', '0', ['I ', 'know']],
    ['chunk.text', '1', ['Hel', 'lo']],
  ])
  expect(said.of('trace.span')[0]).toMatchObject({ kind: 'model', level: 'step', step: 't1.1', label: 'scripted:one' })
  expect(said.said_.find((item) => item.type === 'commit')!.commits[0]).toMatchObject({ reasoning: true })
  expect(said.end).toEqual({ outcome: 'completed', finishReason: 'stop', usage: { inputTokens: 10, outputTokens: 5 } })
})

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

test('[G14] cancelling reaches the model’s request and every tool, also those that ignore it', async () => {
  const aborted: string[] = []
  const deaf = one({
    execute: ((_: unknown, { signal }: { signal: AbortSignal }) => {
      signal.addEventListener('abort', () => aborted.push('tool'))
      return forever()
    }) as never,
  })
  const model = scriptedModel([...calls('c1', 'add', { a: 1, b: 1 }), done('tool-calls')])
  const host = await InProcessHost.open([thinker(model, deaf)])
  const session = new Recorder(host, turnOf('a'))
  await session.until(({ progress }) => progress.some(({ kind }) => kind === 'tool'))
  await pause(5)
  const before = session.said_.length
  session.run.cancel('enough')
  await pause(5)
  expect(aborted).toEqual(['tool'])
  expect(session.said_).toHaveLength(before)
  expect(model.doStreamCalls[0]!.abortSignal!.aborted).toBe(true)
})

test('[G14] a model that never says anything and ignores its signal is let go', async () => {
  let finished: unknown
  const silent = scriptedModel()
  silent.doStream = async (options) => {
    silent.doStreamCalls.push(options)
    return { stream: new ReadableStream<LanguageModelV4StreamPart>() }
  }
  const run = async (turn: { generate(): Promise<unknown> }) => {
    finished = await turn.generate().catch((error: unknown) => error)
  }
  const host = await InProcessHost.open([defineAgent({ name: 'a', model: silent, run })])
  const session = new Recorder(host, turnOf('a'))
  await session.until(({ progress }) => progress.length === 1)
  session.run.cancel('enough')
  await pause(5)
  expect(finished).toMatchObject({ name: 'AbortError' })
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

test('[G25] what steers is taken before the next model call, in order, as the person said it', async () => {
  const model = scriptedModel([...calls('c1', 'add', { a: 1, b: 1 }), done('tool-calls')], [...says('ok'), done()])
  const said = await play(thinker(model), { steers: [[asked('only Europe'), asked('and briefly')]] })
  expect(promptOfCall(model, 1).slice(-2)).toEqual([
    { role: 'user', content: [{ type: 'text', text: 'only Europe' }] },
    { role: 'user', content: [{ type: 'text', text: 'and briefly' }] },
  ])
  expect(said.said_.filter((item) => item.type === 'take').map(({ step }) => step)).toEqual(['t1.3', 't1.4'])
})

test('[G25] what steers while the last answer is given makes the loop go on', async () => {
  const model = scriptedModel([...says('Everything.'), done()], [...says('Europe.'), done()])
  const said = await play(thinker(model), { steers: [[asked('only Europe')]] })
  expect(said.of('message.committed').map(({ step }) => step)).toEqual(['t1.1', 't1.2'])
  expect(promptOfCall(model, 1).slice(2)).toMatchObject([
    { role: 'assistant', content: [{ text: 'Everything.' }] },
    { role: 'user', content: [{ text: 'only Europe' }] },
  ])
})

test('[G26] a model that never stops calling is stopped at maxSteps, every call answered', async () => {
  const script = () => [...calls('c', 'add', { a: 1, b: 1 }), done('tool-calls')]
  const said = await play(thinker(scriptedModel(script(), script(), script()), { add }, { maxSteps: 2 }))
  expect(said.end).toMatchObject({ outcome: 'failed', error: { code: 'max_steps' }, usage: { inputTokens: 20 } })
  expect(said.of('tool.started')).toHaveLength(2)
  expect(said.of('tool.finished')).toHaveLength(2)
})

const fault = (statusCode: number, headers = {}) =>
  new APICallError({
    message: 'the provider says no to Bearer sk-abcdefghijklmnop',
    url: 'https://provider.test',
    requestBodyValues: { secret: 'body' },
    statusCode,
    responseHeaders: headers,
  })

test('[G27] a passing fault rolls the step back, says so to the person, waits as asked, and tries again', async () => {
  const { clock, slept } = stillClock()
  const model = scriptedModel(
    fault(429, { 'retry-after': '2' }),
    [...says('Hal'), { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }],
    [...says('Hello'), done()],
  )
  const said = await play(thinker(model), { host: { clock } })
  expect(said.end.outcome).toBe('completed')
  expect(said.of('step.rolledback').map(({ step, reason }) => [step, reason])).toEqual([
    ['t1.1', 'the provider says no to Bearer [hidden] (HTTP 429)'],
    ['t1.1', 'overloaded_error: Overloaded'],
  ])
  const waits = said.of('trace.span').filter(({ kind }) => kind === 'wait')
  expect(waits.map(({ level, label }) => [level, label])).toEqual([
    ['milestone', 'The model is busy, trying again in 2 s'],
    ['milestone', 'The model is busy, trying again in 1 s'],
  ])
  expect(slept).toEqual([2_000, 1_000])
  expect(said.of('message.committed')).toMatchObject([{ step: 't1.1', message: { parts: [{ text: 'Hello' }] } }])
})

test('[G27] a fault that does not pass fails the turn at once, without the key, the headers or the body', async () => {
  const said = await play(thinker(scriptedModel(fault(401))))
  expect(said.end).toMatchObject({
    outcome: 'failed',
    error: {
      code: 'model_error',
      message: 'scripted:one: the provider says no to Bearer [hidden] (HTTP 401)',
      retryable: false,
    },
  })
})

test('[G27] a fault that stays is tried four times in all and then fails the turn as one that may pass', async () => {
  const { clock, slept } = stillClock()
  const said = await play(thinker(scriptedModel(fault(500), fault(503), fault(529), fault(500))), { host: { clock } })
  expect(said.end).toMatchObject({ error: { code: 'model_unavailable', retryable: true } })
  expect(slept).toEqual([500, 1_000, 2_000])
  expect(said.of('step.rolledback')).toHaveLength(4)
})

test('[G28] a stream that ends before the model was done is tried again', async () => {
  const { clock } = stillClock()
  const said = await play(thinker(scriptedModel(says('Hal'), [...says('Hello'), done()])), { host: { clock } })
  expect(said.of('step.rolledback')).toMatchObject([{ reason: 'the stream ended before the model was done' }])
  expect(said.of('message.committed')).toHaveLength(1)
})

test('[G27] a model whose own code is wrong is not asked again', async () => {
  const model = scriptedModel(new TypeError('x is not a function'))
  expect((await play(thinker(model))).end).toMatchObject({ error: { code: 'model_error' } })
  expect(model.doStreamCalls).toHaveLength(1)
})

test('[G11] a model that says more than a step may ends the turn', async () => {
  const model = scriptedModel([...says(...Array.from({ length: 80 }, () => 'x'.repeat(65_536))), done()])
  expect((await play(thinker(model))).end).toMatchObject({ error: { code: 'output_too_big' } })
})

test('[G16] an author may call the model more than once: each asks what it is told, and all usage counts', async () => {
  const model = scriptedModel([...says('draft'), done()], [...says('final'), done('length')])
  const answers: Generated[] = []
  const run: NonNullable<Parameters<typeof defineAgent>[0]['run']> = async (turn) => {
    await turn.text('One moment. ')
    answers.push(await turn.generate())
    answers.push(await turn.generate({ prompt: 'Shorter!', instructions: 'Other.' }))
  }
  const said = await play(defineAgent({ name: 'a', model, run }), { text: 'write' })
  expect(promptOfCall(model, 0)).toEqual([{ role: 'user', content: [{ type: 'text', text: 'write' }] }])
  expect(promptOfCall(model, 1)).toMatchObject([
    { role: 'system', content: 'Other.' },
    { role: 'user', content: [{ text: 'write' }] },
    { role: 'assistant', content: [{ text: 'draft' }] },
    { role: 'user', content: [{ text: 'Shorter!' }] },
  ])
  expect(answers.map(({ text, steps, finishReason }) => [text, steps, finishReason])).toEqual([
    ['draft', 1, 'stop'],
    ['final', 1, 'length'],
  ])
  expect(said.of('message.committed').map(({ step }) => step)).toEqual(['t1.1', 't1.2', 't1.3'])
  expect(said.end).toMatchObject({ finishReason: 'length', usage: { inputTokens: 20 } })
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
        return null
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

test('[G20] a model of an older interface of the AI SDK works as well', async () => {
  const { doStream } = scriptedModel([...says('old'), done()])
  const old = {
    specificationVersion: 'v3',
    provider: 'older',
    modelId: 'm',
    supportedUrls: {},
    doStream,
  } as unknown as LanguageModelV3
  const said = await play(defineAgent({ name: 'a', model: old }))
  expect(said.of('message.committed')[0]!.message.parts).toEqual([{ type: 'text', text: 'old' }])
})

test('[G20] files and sources that a model gives become parts of its message', async () => {
  const model = scriptedModel([
    { type: 'file', mediaType: 'image/png', data: { type: 'data', data: new Uint8Array([1, 2]) } },
    { type: 'source', sourceType: 'url', id: 's', url: 'https://x.test', title: 'X' },
    ...says('see'),
    done(),
  ])
  const said = await play(thinker(model))
  expect(said.of('message.committed')[0]!.message.parts).toMatchObject([
    { type: 'file', mediaType: 'image/png', data: 'AQI=' },
    { type: 'data', name: 'source', data: { url: 'https://x.test' } },
    { type: 'text', text: 'see' },
  ])
  expect(said.drafts[0]!.head.part).toBe('2')
})

function fail(message: string): never {
  throw new Error(message)
}

function forever(): Promise<never> {
  return new Promise(() => {})
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
