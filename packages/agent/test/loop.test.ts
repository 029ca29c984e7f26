import type { LanguageModelV3, LanguageModelV4StreamPart } from '@ai-sdk/provider'
import { expect, test } from 'vitest'
import { defineAgent } from '../src/define-agent.ts'
import { InProcessHost } from '../src/host/in-process-host.ts'
import type { Generated } from '../src/turn/turn.ts'
import { asked, play, Recorder, turnOf } from './recorder.ts'
import { calls, done, promptOfCall, says, scriptedModel, thinks } from './scripted-model.ts'
import { add, forever, one, pause, thinker } from './thinker.ts'

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
