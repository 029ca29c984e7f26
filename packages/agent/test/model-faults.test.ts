import { APICallError } from '@ai-sdk/provider'
import { expect, test } from 'vitest'
import { play, stillClock } from './recorder.ts'
import { done, says, scriptedModel } from './scripted-model.ts'
import { thinker } from './thinker.ts'

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
